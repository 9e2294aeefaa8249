namespace Messaging.Kit.InMemory;

/// <summary>Says which of an element's links a list uses, so that an object can be in several lists at once.</summary>
/// <typeparam name="T">The element.</typeparam>
internal interface ILink<T>
    where T : class
{
    /// <summary>The link within an element.</summary>
    /// <param name="element">The element.</param>
    /// <returns>A reference to its field.</returns>
    static abstract ref Link<T> Of(T element);
}
