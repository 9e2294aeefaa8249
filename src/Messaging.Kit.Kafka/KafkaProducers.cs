using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>The application's producers: one for each way to reach and write to Kafka, and that is nearly always one.</summary>
internal sealed class KafkaProducers(TimeProvider time, ILogger<KafkaProducer> logger) : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, KafkaProducer> _producers = new(StringComparer.Ordinal);

    public KafkaProducer Get(KafkaTransportOptions options) => _producers.GetOrAdd(IdentityOf(options), _ => new KafkaProducer(options, time, logger));

    public async ValueTask DisposeAsync()
    {
        foreach (var producer in _producers.Values)
        {
            await producer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For containers that are disposed without await.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static string IdentityOf(KafkaTransportOptions options) => string.Join(
        '\n',
        KafkaClientSettings.ForProducer(options).OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}")
            .Append($"{options.TokenProvider?.GetHashCode()}"));
}
