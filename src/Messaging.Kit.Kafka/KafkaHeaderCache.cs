using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>Headers that most messages of a topic have in common, encoded once. Bounded: what comes when it is full is encoded each time.</summary>
internal sealed class KafkaHeaderCache
{
    private const int Capacity = 256;

    private readonly ConcurrentDictionary<(string Name, string Value), Header> _headers = new();
    private int _count;

    public Header Get(string name, string value)
    {
        if (_headers.TryGetValue((name, value), out var header))
        {
            return header;
        }

        header = new Header(name, Encoding.UTF8.GetBytes(value));
        if (Volatile.Read(ref _count) < Capacity && _headers.TryAdd((name, value), header))
        {
            Interlocked.Increment(ref _count);
        }

        return header;
    }
}
