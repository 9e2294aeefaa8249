using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>Gets tokens to a client that asks for one: when it connects, and before the one that it has expires.</summary>
internal static partial class KafkaTokens
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What the client is to call when it needs a token; nothing for clients that need none.</summary>
    public static Action<IClient, string>? HandlerFor(KafkaTransportOptions options, TimeProvider time, ILogger logger) =>
        options.Authentication == KafkaAuthentication.OAuthBearer ? (client, _) => Refresh(client, options.TokenProvider!, time, logger) : null;

    // Called by a thread of the client's, which must not wait for a token service.
    private static void Refresh(IClient client, Func<CancellationToken, ValueTask<KafkaToken>> provider, TimeProvider time, ILogger logger) => _ = Task.Run(async () =>
    {
        try
        {
            Set(client, await FetchAsync(client, provider, time, logger).ConfigureAwait(false));
        }
        catch (ObjectDisposedException)
        {
            // The client has ended meanwhile, and needs no token.
        }
    });

    // A provider may throw whatever it likes: the client is told, tells it on to whoever waits for it, and asks again after ten seconds.
    private static async ValueTask<KafkaToken?> FetchAsync(IClient client, Func<CancellationToken, ValueTask<KafkaToken>> provider, TimeProvider time, ILogger logger)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        try
        {
            var token = await provider(timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
            return token ?? throw new InvalidOperationException("It has returned no token.");
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
            client.OAuthBearerSetTokenFailure(timeout.IsCancellationRequested ? $"TokenProvider has not answered within {Patience}." : $"TokenProvider: {exception.Message}");
            return null;
        }
    }

    private static void Set(IClient client, KafkaToken? token)
    {
        try
        {
            if (token is not null)
            {
                client.OAuthBearerSetToken(token.Value, token.ExpiresAt.ToUnixTimeMilliseconds(), token.Principal);
            }
        }
        catch (Exception exception) when (exception is KafkaException or ArgumentException)
        {
            client.OAuthBearerSetTokenFailure($"TokenProvider: {exception.Message}");
        }
    }

    [LoggerMessage(LogLevel.Error, "TokenProvider has no token for Kafka; the client asks again.")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
