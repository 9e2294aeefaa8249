namespace Messaging.Kit;

/// <summary>What became of one of several messages that were published together.</summary>
public readonly record struct PublishOutcome
{
    // The id of most messages is never read as text in process, so the text is made when it is asked for.
    private readonly Guid _uuid;
    private readonly string? _id;

    /// <summary>Makes an outcome.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="error">Why the broker has not accepted it, or <see langword="null"/> when it has.</param>
    public PublishOutcome(string id, Exception? error) => (_id, Error) = (id, error);

    internal PublishOutcome(Guid uuid, string? id) => (_uuid, _id) = (uuid, id);

    /// <summary>The message's id.</summary>
    public string Id => _id ?? _uuid.ToString();

    /// <summary>Why the broker has not accepted the message, or <see langword="null"/> when it has.</summary>
    public Exception? Error { get; init; }

    /// <summary>Whether the broker has accepted the message.</summary>
    public bool IsAccepted => Error is null;

    /// <summary>Whether the other is about the same message, and says the same of it.</summary>
    /// <param name="other">The other outcome.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(PublishOutcome other) => Error == other.Error && Id == other.Id;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Error);
}
