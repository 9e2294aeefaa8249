namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>
/// Remembers which messages have been handled, and who is handling one now. Put it where all instances of a service see it, best
/// beside the data that handlers change.
/// </summary>
/// <remarks>
/// Safe for concurrent use, by several processes where the store is shared. Each operation is atomic for its key. An operation
/// that fails throws; the message then goes back and comes again.
/// </remarks>
public interface IIdempotencyStore
{
    /// <summary>Claims a message: granted when it is neither completed nor under a claim that has not expired.</summary>
    /// <param name="key">Identifies consumer and message; at most a few hundred characters.</param>
    /// <param name="lease">How long the claim lasts unless it is renewed.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The answer.</returns>
    ValueTask<IdempotencyClaim> ClaimAsync(string key, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Makes a claim last for another lease from now.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">The claim's token.</param>
    /// <param name="lease">How long the claim lasts from now.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Whether the claim was still the caller's. If not, another may be handling the message.</returns>
    ValueTask<bool> RenewAsync(string key, string token, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Records a message as handled. A claim that is not the caller's any more is completed all the same: it has been handled.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">The claim's token.</param>
    /// <param name="retention">How long to remember it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>A task for the call.</returns>
    ValueTask CompleteAsync(string key, string token, TimeSpan retention, CancellationToken cancellationToken);

    /// <summary>Gives a claim back, so that the next delivery can claim at once. Nothing happens when it is not the caller's any more.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">The claim's token.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>A task for the call.</returns>
    ValueTask ReleaseAsync(string key, string token, CancellationToken cancellationToken);
}
