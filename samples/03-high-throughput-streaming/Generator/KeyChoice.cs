using System.Globalization;

namespace HighThroughputStreaming;

/// <summary>Chooses the key of a reading. Same key: same partition, and order. That is all a key does, and it is what everything else hangs on.</summary>
internal sealed class KeyChoice(Options options)
{
    // So many keys share the load of a hot device.
    private const int Salts = 8;

    // The devices whose share is larger than that of a partition would be dealt with like this. In real life: those that the figures show.
    private const int HotDevices = 4;

    public string? KeyOf(Reading reading) => options.Partitioning switch
    {
        Partitioning.Device => reading.Device,
        Partitioning.Site => reading.Site,
        Partitioning.Salted => IsHot(reading) ? string.Create(CultureInfo.InvariantCulture, $"{reading.Device}~{reading.Sequence % Salts}") : reading.Device,
        _ => null,
    };

    private static bool IsHot(Reading reading) => int.Parse(reading.Device.AsSpan(reading.Device.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture) < HotDevices;
}
