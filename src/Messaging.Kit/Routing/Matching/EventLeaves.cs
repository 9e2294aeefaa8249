using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// The values of an event that somebody asks for, by field. They are copied, so that nothing here points into the event. What is
/// derived of a value, its folded form or its address, is made once, when it is asked for.
/// </summary>
internal sealed class EventLeaves
{
    private const int None = -1;

    // How much memory is kept for the next event.
    private const int MaxKeptLeaves = 8_192, MaxKeptBytes = 256 * 1024;

    private Leaf[] _leaves = new Leaf[16];
    private byte[] _bytes = new byte[512];
    private int _count, _length;

    // By field; only those of fields that are present are ever other than empty.
    private FieldLeaves[] _fields = [];
    private readonly List<int> _present = [];

    /// <summary>The fields that have a value.</summary>
    public List<int> Present => _present;

    /// <summary>Whether the event was of ordinary size, so that the memory it took is worth keeping.</summary>
    public bool IsSmall => _leaves.Length <= MaxKeptLeaves && _bytes.Length <= MaxKeptBytes;

    public void Begin(int fields)
    {
        if (_fields.Length < fields)
        {
            Array.Resize(ref _fields, fields);
        }
    }

    public void Clear()
    {
        foreach (var field in _present)
        {
            _fields[field] = default;
        }

        _present.Clear();
        (_count, _length) = (0, 0);
    }

    // The numbers are kept one higher, so that 0 is none.
    public int FirstOf(int field) => _fields[field].First - 1;

    public int NextOf(int leaf) => _leaves[leaf].Next - 1;

    public LeafKind KindOf(int leaf) => _leaves[leaf].Kind;

    /// <summary>The element of an array that the value belongs to; 0 outside of arrays.</summary>
    public int ElementOf(int leaf) => _leaves[leaf].Element;

    /// <summary>Whether a value of the field belongs to an element of an array.</summary>
    public bool IsInArray(int field) => _fields[field].IsInArray;

    /// <summary>The characters of a string, the key of a number.</summary>
    public ReadOnlySpan<byte> ValueOf(int leaf) => _bytes.AsSpan(_leaves[leaf].Start, _leaves[leaf].Length);

    public ReadOnlySpan<byte> FoldedTextOf(int leaf)
    {
        if (_leaves[leaf].FoldedStart == None)
        {
            var room = Room(CaseFolding.MaxLength(_leaves[leaf].Length));
            _leaves[leaf].FoldedStart = _length;
            _leaves[leaf].FoldedLength = CaseFolding.Fold(ValueOf(leaf), room);
            _length += _leaves[leaf].FoldedLength;
        }

        return _bytes.AsSpan(_leaves[leaf].FoldedStart, _leaves[leaf].FoldedLength);
    }

    /// <summary>The key of the address that the string is; empty when it is none.</summary>
    public ReadOnlySpan<byte> AddressOf(int leaf)
    {
        if (_leaves[leaf].AddressStart == None)
        {
            var room = Room(IpAddress.MaxKeyLength);
            _leaves[leaf].AddressStart = _length;
            _leaves[leaf].AddressLength = (byte)IpAddress.Read(ValueOf(leaf), room);
            _length += _leaves[leaf].AddressLength;
        }

        return _bytes.AsSpan(_leaves[leaf].AddressStart, _leaves[leaf].AddressLength);
    }

    public void AddText(int field, int element, ReadOnlySpan<byte> text, bool isEscaped)
    {
        var room = Room(text.Length);
        Add(field, element, LeafKind.Text, Decode(text, isEscaped, room));
    }

    public void AddNumber(int field, int element, ReadOnlySpan<byte> text) =>
        Add(field, element, LeafKind.Number, NumberKey.Write(text, Room(NumberKey.MaxLength(text.Length))));

    public void AddLiteral(int field, int element, LeafKind kind) => Add(field, element, kind, 0);

    /// <summary>Decodes a name that has escapes. The result holds until the next call.</summary>
    public ReadOnlySpan<byte> DecodeName(ReadOnlySpan<byte> name)
    {
        var room = Room(name.Length);
        return room[..JsonEscapes.Decode(name, room)];
    }

    private static int Decode(ReadOnlySpan<byte> text, bool isEscaped, Span<byte> room)
    {
        if (isEscaped)
        {
            return JsonEscapes.Decode(text, room);
        }

        text.CopyTo(room);
        return text.Length;
    }

    private void Add(int field, int element, LeafKind kind, int length)
    {
        if (_count == _leaves.Length)
        {
            Array.Resize(ref _leaves, 2 * _count);
        }

        ref var fieldLeaves = ref _fields[field];
        var number = _count + 1;
        if (fieldLeaves.First == 0)
        {
            fieldLeaves.First = number;
            _present.Add(field);
        }
        else
        {
            _leaves[fieldLeaves.Last - 1].Next = number;
        }

        fieldLeaves.Last = number;
        fieldLeaves.IsInArray |= element > 0;
        _leaves[_count++] = new() { Kind = kind, Element = element, Start = _length, Length = length, FoldedStart = None, AddressStart = None };
        _length += length;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length));
        }

        return _bytes.AsSpan(_length, length);
    }

    private struct Leaf
    {
        public LeafKind Kind;
        public byte AddressLength;
        public int Element, Next, Start, Length, FoldedStart, FoldedLength, AddressStart;
    }

    private struct FieldLeaves
    {
        public int First, Last;
        public bool IsInArray;
    }
}
