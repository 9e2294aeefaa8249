namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>The answer to a claim on a message.</summary>
public readonly record struct IdempotencyClaim
{
    private IdempotencyClaim(IdempotencyState state, string? token, TimeSpan retryAfter) => (State, Token, RetryAfter) = (state, token, retryAfter);

    /// <summary>The message has been handled before.</summary>
    public static IdempotencyClaim Completed { get; } = new(IdempotencyState.Completed, null, TimeSpan.Zero);

    /// <summary>What the claim met.</summary>
    public IdempotencyState State { get; }

    /// <summary>Proves the claim to the store; only when <see cref="State"/> is <see cref="IdempotencyState.Claimed"/>.</summary>
    public string? Token { get; }

    /// <summary>When the other's claim ends at the earliest; only when <see cref="State"/> is <see cref="IdempotencyState.InProgress"/>.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The message is the caller's to handle.</summary>
    /// <param name="token">A token that no other claim has.</param>
    /// <returns>The answer.</returns>
    public static IdempotencyClaim Claimed(string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return new(IdempotencyState.Claimed, token, TimeSpan.Zero);
    }

    /// <summary>The message is being handled elsewhere.</summary>
    /// <param name="retryAfter">When the other's claim ends, unless it is renewed.</param>
    /// <returns>The answer.</returns>
    public static IdempotencyClaim InProgress(TimeSpan retryAfter) => new(IdempotencyState.InProgress, null, retryAfter);
}
