namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// The elements of the arrays of an event, objects and arrays themselves, numbered in the order of the text: what lies in an element has
/// the numbers from its own up to its end. Number 0 is the event.
/// </summary>
internal sealed class ArrayElements
{
    private const int MaxKept = 8_192;

    private Element[] _elements = new Element[16];
    private int _count, _arrays;

    public bool IsSmall => _elements.Length <= MaxKept;

    public void Clear() => (_count, _arrays) = (1, 0);

    public int BeginArray() => ++_arrays;

    public int Begin(int parent, int array)
    {
        if (_count == _elements.Length)
        {
            Array.Resize(ref _elements, 2 * _count);
        }

        _elements[_count] = new() { Parent = parent, Array = array };
        return _count++;
    }

    public void End(int element) => _elements[element].End = _count;

    /// <summary>The number after the last that lies in the element.</summary>
    public int EndOf(int element) => element == 0 ? _count : _elements[element].End;

    /// <summary>The array whose element it is. Each array of the event has its own number.</summary>
    public int ArrayOf(int element) => _elements[element].Array;

    /// <summary>The element right below another in which a third lies.</summary>
    public int ChildOf(int ancestor, int element)
    {
        while (_elements[element].Parent != ancestor)
        {
            element = _elements[element].Parent;
        }

        return element;
    }

    private struct Element
    {
        public int Parent, Array, End;
    }
}
