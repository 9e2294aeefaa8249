namespace Messaging.Kit.Routing.Matching;

/// <summary>Finds targets by the whole of a value.</summary>
internal sealed class HashIndex
{
    private readonly Dictionary<byte[], List<int>> _targets = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], List<int>>.AlternateLookup<ReadOnlySpan<byte>> _byValue;

    public HashIndex() => _byValue = _targets.GetAlternateLookup<ReadOnlySpan<byte>>();

    public void Add(byte[] value, int target)
    {
        if (!_targets.TryGetValue(value, out var targets))
        {
            _targets.Add(value, targets = []);
        }

        targets.Add(target);
    }

    public void Find(ReadOnlySpan<byte> value, Targets targets)
    {
        if (_byValue.TryGetValue(value, out var found))
        {
            targets.Add(found);
        }
    }
}
