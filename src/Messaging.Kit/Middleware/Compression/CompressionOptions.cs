using System.IO.Compression;

namespace Messaging.Kit.Middleware.Compression;

/// <summary>Which bodies are compressed and how, and how large one may become when it is expanded.</summary>
public sealed class CompressionOptions
{
    /// <summary>How bodies are compressed; Brotli by default.</summary>
    public CompressionAlgorithm Algorithm { get; set; } = CompressionAlgorithm.Brotli;

    /// <summary>How much work to spend; fastest by default.</summary>
    public CompressionLevel Level { get; set; } = CompressionLevel.Fastest;

    /// <summary>
    /// Compresses also on the way to where that does harm as a rule. No by default. A transport that compresses by itself, such as Kafka with a codec set:
    /// doing it twice costs time, and batches of bodies that are compressed already hardly become smaller. Topics and buses whose filters and rules can look
    /// into bodies (SNS, EventBridge, and those in memory): they see nothing in a compressed one, and whoever filters by its content does not get it.
    /// </summary>
    public bool Always { get; set; }

    /// <summary>Bodies of fewer bytes are left alone. 0 or more; 1,024 by default.</summary>
    public int Threshold { get; set; } = 1024;

    /// <summary>A body that would expand to more bytes is poison: it is not expanded further. 1 or more; 16 MiB by default.</summary>
    public int MaxExpandedBytes { get; set; } = 16 * 1024 * 1024;

    internal IEnumerable<string> Validate(string name)
    {
        if (Threshold < 0)
        {
            yield return $"{name}: the compression threshold is {Threshold}; use 0 or more bytes.";
        }

        if (MaxExpandedBytes < 1)
        {
            yield return $"{name}: bodies may expand to {MaxExpandedBytes} bytes; use 1 or more.";
        }
    }
}
