using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>The application's producers: one for each way to reach and write to Kafka, and that is nearly always one.</summary>
internal sealed class KafkaProducers(TimeProvider time, ILogger<KafkaProducer> logger) : IAsyncDisposable, IDisposable
{
    // By the settings, and by who fetches tokens: two providers are two identities, though all else is the same.
    private readonly ConcurrentDictionary<(string Settings, Func<CancellationToken, ValueTask<KafkaToken>>? TokenProvider), KafkaProducer> _producers = [];

    public KafkaProducer Get(KafkaTransportOptions options) => _producers.GetOrAdd((SettingsOf(options), options.TokenProvider), _ => new KafkaProducer(options, time, logger));

    public async ValueTask DisposeAsync()
    {
        foreach (var producer in _producers.Values)
        {
            await producer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For containers that are disposed without await.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static string SettingsOf(KafkaTransportOptions options) => string.Join(
        '\n',
        KafkaClientSettings.ForProducer(options).OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"));
}
