namespace Messaging.Kit.InMemory;

/// <summary>
/// A doubly linked list whose pointers are in the elements: every operation is constant in time, none allocates, and there is
/// no array that has to grow under a lock when a million messages wait.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TLink">Which of the element's links this list uses.</typeparam>
internal struct IntrusiveList<T, TLink>
    where T : class
    where TLink : struct, ILink<T>
{
    public T? First { get; private set; }

    public T? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(T element)
    {
        if (Last is null)
        {
            First = element;
        }
        else
        {
            TLink.Of(Last).Next = element;
            TLink.Of(element).Previous = Last;
        }

        Last = element;
        Count++;
    }

    public void AddBefore(T next, T element)
    {
        ref var link = ref TLink.Of(element);
        ref var nextLink = ref TLink.Of(next);
        (link.Previous, link.Next) = (nextLink.Previous, next);
        nextLink.Previous = element;
        if (link.Previous is null)
        {
            First = element;
        }
        else
        {
            TLink.Of(link.Previous).Next = element;
        }

        Count++;
    }

    /// <summary>Puts an element where another is.</summary>
    public void Replace(T old, T element)
    {
        AddBefore(old, element);
        Remove(old);
    }

    public void Remove(T element)
    {
        ref var link = ref TLink.Of(element);
        if (link.Previous is null)
        {
            First = link.Next;
        }
        else
        {
            TLink.Of(link.Previous).Next = link.Next;
        }

        if (link.Next is null)
        {
            Last = link.Previous;
        }
        else
        {
            TLink.Of(link.Next).Previous = link.Previous;
        }

        // A removed element that has grown old would keep its younger neighbours alive.
        link = default;
        Count--;
    }

    public T? RemoveFirst()
    {
        var first = First;
        if (first is not null)
        {
            Remove(first);
        }

        return first;
    }
}
