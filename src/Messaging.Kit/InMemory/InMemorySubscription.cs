using System.Security.Cryptography;
using System.Text;
using Messaging.Kit.Routing;

namespace Messaging.Kit.InMemory;

/// <summary>What a queue gets of a topic. Two are the same when they say the same: a queue may be declared more than once.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Filter">Which of its messages; <see langword="null"/> for all.</param>
/// <param name="IsRule">Whether it delivers by itself, whatever else the queue gets of the topic.</param>
/// <param name="Transformer">Makes of them what the queue gets; <see langword="null"/> for themselves.</param>
internal sealed record InMemorySubscription(string Topic, EventPattern? Filter, bool IsRule = false, InputTransformer? Transformer = null)
{
    /// <summary>Tells its output from that of others.</summary>
    public string Mark { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Filter?.Json}\n{Transformer?.Template}")).AsSpan(0, 4));

    public bool Equals(InMemorySubscription? other) =>
        other is not null && (Topic, Filter?.Json, IsRule, Transformer?.Template) == (other.Topic, other.Filter?.Json, other.IsRule, other.Transformer?.Template)
        && (Transformer is null || Transformer.Paths.OrderBy(path => path.Key, StringComparer.Ordinal).SequenceEqual(other.Transformer!.Paths.OrderBy(path => path.Key, StringComparer.Ordinal)));

    public override int GetHashCode() => HashCode.Combine(Topic, Filter?.Json, IsRule, Transformer?.Template);
}
