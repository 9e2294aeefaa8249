namespace Messaging.Kit.InMemory;

/// <summary>
/// A doubly linked list of messages of one <see cref="MessageStore"/>. The links are in the messages: every operation is constant
/// in time and none allocates, however many messages wait.
/// </summary>
/// <typeparam name="TLinks">Which of a message's links the list uses.</typeparam>
internal struct MessageList<TLinks>
    where TLinks : struct, ILinks
{
    public int First { get; private set; }

    public int Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(MessageStore messages, int index)
    {
        TLinks.Of(ref messages[index]) = new Links { Previous = Last };
        if (Last == 0)
        {
            First = index;
        }
        else
        {
            TLinks.Of(ref messages[Last]).Next = index;
        }

        Last = index;
        Count++;
    }

    public void AddBefore(MessageStore messages, int next, int index)
    {
        ref var nextLinks = ref TLinks.Of(ref messages[next]);
        var previous = nextLinks.Previous;
        TLinks.Of(ref messages[index]) = new Links { Previous = previous, Next = next };
        nextLinks.Previous = index;
        if (previous == 0)
        {
            First = index;
        }
        else
        {
            TLinks.Of(ref messages[previous]).Next = index;
        }

        Count++;
    }

    public void Remove(MessageStore messages, int index)
    {
        var links = TLinks.Of(ref messages[index]);
        if (links.Previous == 0)
        {
            First = links.Next;
        }
        else
        {
            TLinks.Of(ref messages[links.Previous]).Next = links.Next;
        }

        if (links.Next == 0)
        {
            Last = links.Previous;
        }
        else
        {
            TLinks.Of(ref messages[links.Next]).Previous = links.Previous;
        }

        Count--;
    }

    /// <returns>The index, or 0 when the list is empty.</returns>
    public int RemoveFirst(MessageStore messages)
    {
        var first = First;
        if (first != 0)
        {
            Remove(messages, first);
        }

        return first;
    }
}
