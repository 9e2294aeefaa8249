namespace Messaging.Kit.Transports;

/// <summary>A queue, topic or bus by transport and logical name: what a destination and a source have in common.</summary>
public abstract class TransportEndpoint
{
    private protected TransportEndpoint(string transport, string name, string? address)
    {
        ArgumentException.ThrowIfNullOrEmpty(transport);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Transport, Name, Address) = (transport, name, address ?? name);
    }

    /// <summary>The transport's name in OpenTelemetry's words where it has one, such as <c>aws_sqs</c>.</summary>
    public string Transport { get; }

    /// <summary>The logical name. Operators map it to a physical one in configuration: <c>Messaging:Names:{logical}</c>.</summary>
    public string Name { get; }

    /// <summary>The physical name unless operators give another: the logical name, or for example the URL it was taken from.</summary>
    public string Address { get; }

    /// <summary>
    /// What the registration says of the place besides its name; <see langword="null"/>, the default, for nothing. The topology of a place is applied for
    /// each registration that says something else, so that what they contradict each other in is reported.
    /// </summary>
    public virtual object? Declaration => null;

    /// <summary>Checks the registration.</summary>
    /// <param name="name">The physical name.</param>
    /// <returns>What is wrong with it, in words that say what to do; empty when nothing is.</returns>
    public virtual IEnumerable<string> Validate(string name) => [];

    /// <summary>
    /// The form of a physical name in which two names of the same place are equal; by default the name itself. The kit uses it to
    /// apply what is said of a place, and to see that a dead-letter destination is not the source.
    /// </summary>
    /// <param name="name">The physical name.</param>
    /// <returns>The identity.</returns>
    public virtual string Identify(string name) => name;

    /// <summary>
    /// Whether another endpoint may be the same place, or one that this leads to, as far as can be told without asking the broker. The kit refuses a
    /// dead-letter destination that may be the source.
    /// </summary>
    /// <param name="name">The physical name of this endpoint.</param>
    /// <param name="other">The other endpoint.</param>
    /// <param name="otherName">Its physical name.</param>
    /// <returns>By default whether transport and identity are the same.</returns>
    public virtual bool MayBe(string name, TransportEndpoint other, string otherName)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Transport == Transport && other.Identify(otherName) == Identify(name);
    }

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Transport}:{Name}";
}
