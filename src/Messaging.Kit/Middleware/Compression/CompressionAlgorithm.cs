namespace Messaging.Kit.Middleware.Compression;

/// <summary>How bodies are compressed. All are read, whichever is written.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Brotli, <c>br</c>: the smallest for text. The default.</summary>
    Brotli,

    /// <summary>Gzip, <c>gzip</c>: read by everybody.</summary>
    Gzip,

    /// <summary>Zstandard, <c>zstd</c>: the fastest.</summary>
    Zstd,
}
