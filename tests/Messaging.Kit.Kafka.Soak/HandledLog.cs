using System.Buffers.Binary;
using System.Diagnostics;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>What one member has handled and when, by a clock that all processes share. Each entry is with the kernel before the handler returns: a SIGKILL loses none.</summary>
internal sealed class HandledLog(string folder, int member) : IDisposable
{
    public const int EntryBytes = 16;

    private readonly FileStream _file = new(FileIn(folder, member), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _lock = new();

    public static string FileIn(string folder, int member) => Path.Combine(folder, $"member-{member}.handled");

    public static IEnumerable<Handled> Read(string folder, int member)
    {
        var bytes = File.ReadAllBytes(FileIn(folder, member));
        for (var at = 0; at + EntryBytes <= bytes.Length; at += EntryBytes)
        {
            var entry = bytes.AsSpan(at);
            yield return new(
                BinaryPrimitives.ReadInt32LittleEndian(entry),
                BinaryPrimitives.ReadInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
                member);
        }
    }

    public void Add(Item item)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteInt32LittleEndian(entry, item.Key);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], item.Number);
        lock (_lock)
        {
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Stopwatch.GetTimestamp());
            _file.Write(entry);
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>That a message was handled.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Number">Its number within the key.</param>
/// <param name="At">When, as a timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Member">By whom.</param>
internal readonly record struct Handled(int Key, int Number, long At, int Member);
