namespace Messaging.Kit.Kafka;

/// <summary>How a client says who it is.</summary>
public enum KafkaAuthentication
{
    /// <summary>Not at all, or by its TLS certificate.</summary>
    None,

    /// <summary>SASL PLAIN: user name and password, readable by the broker; with TLS only.</summary>
    Plain,

    /// <summary>SASL SCRAM-SHA-256: user name and password, which the broker does not see.</summary>
    ScramSha256,

    /// <summary>SASL SCRAM-SHA-512: user name and password, which the broker does not see.</summary>
    ScramSha512,

    /// <summary>SASL OAUTHBEARER: a token that <see cref="KafkaTransportOptions.TokenProvider"/> fetches.</summary>
    OAuthBearer,
}
