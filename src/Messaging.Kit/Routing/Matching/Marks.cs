namespace Messaging.Kit.Routing.Matching;

/// <summary>A set of small numbers that is emptied at once.</summary>
internal sealed class Marks
{
    private int[] _marks = [];
    private int _round;

    public void Clear(int capacity)
    {
        if (_marks.Length < capacity)
        {
            _marks = new int[capacity];
            _round = 0;
        }

        if (_round == int.MaxValue)
        {
            Array.Clear(_marks);
            _round = 0;
        }

        _round++;
    }

    public bool Contains(int number) => _marks[number] == _round;

    /// <summary>Adds a number.</summary>
    /// <returns>Whether it was not there yet.</returns>
    public bool Add(int number)
    {
        var isNew = _marks[number] != _round;
        _marks[number] = _round;
        return isNew;
    }
}
