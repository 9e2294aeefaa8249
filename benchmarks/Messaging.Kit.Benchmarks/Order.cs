namespace Messaging.Kit.Benchmarks;

/// <summary>The message of all benchmarks: about 100 bytes of JSON.</summary>
public sealed record Order(int Number, string Customer, decimal Amount, DateTimeOffset PlacedAt)
{
    /// <summary>One of it.</summary>
    public static Order Sample { get; } = new(42, "Ada Lovelace", 99.95m, new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));
}
