namespace Messaging.Kit.Kafka;

/// <summary>A token for SASL OAUTHBEARER.</summary>
/// <param name="Value">The token, as it is sent.</param>
/// <param name="ExpiresAt">When it expires; it is fetched again after four fifths of its life.</param>
/// <param name="Principal">Who it stands for, for the client's own logs.</param>
public sealed record KafkaToken(string Value, DateTimeOffset ExpiresAt, string Principal);
