using Messaging.Kit.Messages;

namespace Messaging.Kit.Testing;

/// <summary>Watches the order of keys, over all members of a group: numbers follow each other, and go back only to what has not been acked.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class KeySequences
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Last, int Acked)> _keys = [];
    private readonly List<string> _violations = [];

    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
            {
                return [.. _violations];
            }
        }
    }

    /// <summary>How often a number came that had come before.</summary>
    public int Repeated { get; private set; }

    public void See(ReceivedEnvelope envelope)
    {
        lock (_lock)
        {
            var number = Sample.NumberOf(envelope);
            var (last, acked) = Of(envelope.Key!);
            if (number > last + 1)
            {
                _violations.Add($"{envelope.Key}: {number} came after {last}");
            }
            else if (number <= acked)
            {
                _violations.Add($"{envelope.Key}: {number} came again though {acked} was acked");
            }

            Repeated += number <= last ? 1 : 0;
            _keys[envelope.Key!] = (number, acked);
        }
    }

    public void Ack(ReceivedEnvelope envelope)
    {
        lock (_lock)
        {
            var (last, acked) = Of(envelope.Key!);
            _keys[envelope.Key!] = (last, Math.Max(acked, Sample.NumberOf(envelope)));
        }
    }

    /// <summary>Whether so many keys have been acked up to a number.</summary>
    public bool AreAcked(int keys, int number)
    {
        lock (_lock)
        {
            return _keys.Count == keys && _keys.Values.All(key => key.Acked == number);
        }
    }

    private (int Last, int Acked) Of(string key) => _keys.TryGetValue(key, out var known) ? known : (-1, -1);
}
