namespace Messaging.Kit.InMemory;

/// <summary>Receives that wait, first come first; the links are in them.</summary>
internal struct WaitList
{
    private ReceiveWait? _last;

    public ReceiveWait? First { get; private set; }

    public void AddLast(ReceiveWait wait)
    {
        wait.Previous = _last;
        if (_last is null)
        {
            First = wait;
        }
        else
        {
            _last.Next = wait;
        }

        _last = wait;
    }

    public void Remove(ReceiveWait wait)
    {
        if (wait.Previous is null)
        {
            First = wait.Next;
        }
        else
        {
            wait.Previous.Next = wait.Next;
        }

        if (wait.Next is null)
        {
            _last = wait.Previous;
        }
        else
        {
            wait.Next.Previous = wait.Previous;
        }

        (wait.Previous, wait.Next) = (null, null);
    }
}
