using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>Gets tokens to a client that asks for one.</summary>
internal static partial class KafkaTokens
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Called by a thread of the client's, which must not wait for a token service.</summary>
    public static void Refresh(IClient client, KafkaTransportOptions options, ILogger logger) => _ = Task.Run(async () =>
    {
        try
        {
            using var timeout = new CancellationTokenSource(Patience);
            var token = await options.TokenProvider!(timeout.Token).ConfigureAwait(false);
            client.OAuthBearerSetToken(token.Value, token.ExpiresAt.ToUnixTimeMilliseconds(), token.Principal);
        }
        catch (ObjectDisposedException)
        {
            // The client has ended meanwhile, and needs no token.
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
            client.OAuthBearerSetTokenFailure(exception.Message);
        }
    });

    [LoggerMessage(LogLevel.Error, "No token for Kafka could be fetched; the client asks again.")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
