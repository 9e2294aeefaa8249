namespace Messaging.Kit.InMemory;

/// <summary>The two pointers that make an object an element of an <see cref="IntrusiveList{T, TLink}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
internal struct Link<T>
    where T : class
{
    public T? Previous;

    public T? Next;
}
