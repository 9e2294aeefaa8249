namespace MessageQueue;

/// <summary>How far a run is.</summary>
/// <param name="IsIntakeDone">Whether all messages of the plan have been accepted.</param>
/// <param name="Accepted">Messages that the broker has accepted.</param>
/// <param name="Handled">Messages that have been handled.</param>
/// <param name="DeadLettered">Messages that were found in a dead-letter queue.</param>
internal sealed record Progress(bool IsIntakeDone, long Accepted, long Handled, long DeadLettered)
{
    public bool MayBeDone => IsIntakeDone && Handled + DeadLettered >= Accepted;
}
