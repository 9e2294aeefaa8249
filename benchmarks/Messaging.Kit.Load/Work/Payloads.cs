using System.Text.Json;

namespace Messaging.Kit.Load.Work;

/// <summary>Makes messages: keys and text are made once, so that making one costs an object and nothing else.</summary>
internal sealed class Payloads
{
    private readonly string?[] _keys;
    private readonly string _text;

    /// <param name="size">How many bytes the JSON of a message has, as nearly as its numbers allow.</param>
    /// <param name="keys">How many keys there are; 0 for messages without one.</param>
    public Payloads(int size, int keys)
    {
        _keys = keys == 0 ? [null] : [.. Enumerable.Range(0, keys).Select(number => $"key-{number:000000}")];
        var bare = JsonSerializer.SerializeToUtf8Bytes(new Payload { Number = 100_000, Key = _keys[0] }, PayloadContext.Default.Payload).Length;
        _text = new string('x', Math.Max(0, size - bare));
        Size = Math.Max(size, bare);
    }

    /// <summary>How many bytes the JSON of a message has: more than was asked for where its number and its key alone take more.</summary>
    public int Size { get; }

    public Payload Make(long number, long at = 0) => new() { Number = number, At = at, Key = _keys[number % _keys.Length], Text = _text };

    /// <summary>Some in a row, made as they are asked for.</summary>
    public IEnumerable<Payload> Make(Lot lot)
    {
        for (var number = lot.First; number < lot.End; number++)
        {
            yield return Make(number);
        }
    }
}
