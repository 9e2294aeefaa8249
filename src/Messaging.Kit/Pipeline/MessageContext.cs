namespace Messaging.Kit.Pipeline;

/// <summary>What a middleware sees of a message on its way.</summary>
/// <remarks>Belongs to one message and one journey; not safe for concurrent use, and not to be kept after the journey ends.</remarks>
public abstract class MessageContext
{
    private Dictionary<object, object?>? _items;

    private protected MessageContext()
    {
    }

    /// <summary>Ends the journey early. A middleware may replace it for what is inside of it, and puts the old one back.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Room for middleware to leave things for one another; made when it is first asked for.</summary>
    public IDictionary<object, object?> Items => _items ??= [];
}
