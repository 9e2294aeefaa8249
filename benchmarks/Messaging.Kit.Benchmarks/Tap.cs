using System.Text.Json;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Benchmarks;

/// <summary>Where the messages of a source come from: closed until it is opened for so many.</summary>
internal sealed class Tap
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web);
    private readonly SemaphoreSlim _opened = new(0);
    private long _ids;
    private int _left;

    public void Open(int messages)
    {
        Interlocked.Exchange(ref _left, messages);
        _opened.Release();
    }

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> TakeAsync(int most, CancellationToken cancellationToken)
    {
        int count;
        while ((count = Math.Min(most, Interlocked.Add(ref _left, -most) + most)) <= 0)
        {
            await _opened.WaitAsync(cancellationToken);
        }

        var envelopes = new ReceivedEnvelope[count];
        for (var i = 0; i < count; i++)
        {
            envelopes[i] = new($"{Interlocked.Increment(ref _ids):x16}", "order", Body) { DeliveryCount = 1 };
        }

        return envelopes;
    }
}
