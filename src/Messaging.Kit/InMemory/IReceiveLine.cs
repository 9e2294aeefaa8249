namespace Messaging.Kit.InMemory;

/// <summary>Where receives wait for messages.</summary>
internal interface IReceiveLine
{
    /// <summary>Ends a receive, unless it has ended by itself.</summary>
    void Cancel(ReceiveWait wait, CancellationToken cancellationToken);
}
