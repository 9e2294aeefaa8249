namespace Messaging.Kit.InMemory;

/// <summary>Whoever's receives wait for messages. Its last wait is used again.</summary>
internal abstract class WaitingReceiver
{
    private ReceiveWait? _spareWait;

    public ReceiveWait RentWait(IReceiveLine line) => Interlocked.Exchange(ref _spareWait, null) ?? new ReceiveWait(line, this);

    public void Recycle(ReceiveWait wait) => _spareWait = wait;
}
