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

        var (depth, jump, behind) = (_elements[parent].Depth, _elements[parent].Jump, _elements[_elements[parent].Jump].Jump);
        _elements[_count] = new()
        {
            Parent = parent,
            Array = array,
            Depth = depth + 1,

            // Two jumps of the same length, one behind the other, are followed by one over both.
            Jump = depth - _elements[jump].Depth == _elements[jump].Depth - _elements[behind].Depth ? behind : parent,
        };
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
            element = Above(element, ancestor);
        }

        return element;
    }

    /// <summary>The narrowest element in which two lie, of which the first has the lower number.</summary>
    public int CommonOf(int first, int last)
    {
        while (last > first)
        {
            last = Above(last, first);
        }

        return last;
    }

    // An element further out: as far as a jump goes, if that has a number above the limit, or the next one. What is further out has a lower number.
    private int Above(int element, int limit) => _elements[element].Jump > limit ? _elements[element].Jump : _elements[element].Parent;

    private struct Element
    {
        // The jump leads further out than the parent, so that a way out of any depth has few steps.
        public int Parent, Array, End, Depth, Jump;
    }
}
