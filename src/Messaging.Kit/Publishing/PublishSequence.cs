namespace Messaging.Kit.Publishing;

/// <summary>Messages that are published together: while more of them come, those before may wait for them, so that calls get full.</summary>
internal sealed class PublishSequence
{
    private volatile bool _isOver;

    /// <summary>Whether the last one has been taken from it.</summary>
    public bool IsOver => _isOver;

    public void End() => _isOver = true;
}
