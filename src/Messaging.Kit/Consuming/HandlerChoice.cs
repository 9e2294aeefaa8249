using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Consuming;

/// <summary>The handlers of one type: the first whose pattern a message matches, and for what is left that without a pattern.</summary>
internal sealed class HandlerChoice
{
    private readonly EventPatternSet<HandlerEntry>? _patterns;
    private readonly HandlerEntry? _otherwise;

    public HandlerChoice(IEnumerable<HandlerEntry> entries)
    {
        var all = entries.ToList();
        _otherwise = all.Find(entry => entry.When is null);
        var patterns = all.FindAll(entry => entry.When is not null);
        _patterns = patterns.Count == 0 ? null : new(patterns.Select(entry => KeyValuePair.Create(entry.When!, entry)));
    }

    /// <summary>The handler of a message; <see langword="null"/> when none wants it.</summary>
    public HandlerEntry? For(Envelope envelope)
    {
        if (_patterns is null)
        {
            return _otherwise;
        }

        var wanting = new List<HandlerEntry>();
        return _patterns.Match(envelope, wanting) > 0 ? wanting[0] : _otherwise;
    }
}
