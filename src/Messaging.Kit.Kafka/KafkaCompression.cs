namespace Messaging.Kit.Kafka;

/// <summary>How the client compresses its batches; consumers need no setting to read them.</summary>
public enum KafkaCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>LZ4: hardly any processor time.</summary>
    Lz4,

    /// <summary>Zstandard: the smallest batches for a little more.</summary>
    Zstd,

    /// <summary>Gzip.</summary>
    Gzip,

    /// <summary>Snappy.</summary>
    Snappy,
}
