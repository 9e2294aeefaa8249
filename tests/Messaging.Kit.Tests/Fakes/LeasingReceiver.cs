using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>A receiver whose messages are leased.</summary>
internal sealed class LeasingReceiver : FakeReceiver, ILeaseRenewer
{
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan MaxLease { get; set; } = TimeSpan.FromHours(12);

    /// <summary>What a renewal does; without a word every lease is renewed.</summary>
    public Func<TransportBatch<ReceivedEnvelope>, CancellationToken, ValueTask>? OnRenew { get; set; }

    /// <summary>The ids of each call that renewed.</summary>
    public ConcurrentQueue<string[]> Renewals { get; } = new();

    public async ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken)
    {
        Renewals.Enqueue([.. Enumerable.Range(0, batch.Count).Select(index => batch[index].Id)]);
        if (OnRenew is not null)
        {
            await OnRenew(batch, cancellationToken);
        }
    }
}
