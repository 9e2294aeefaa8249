using System.Text.Json;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>What was published.</summary>
/// <param name="Counts">How many of each key.</param>
/// <param name="Unconfirmed">Those of which nobody knows whether they have arrived.</param>
internal sealed record Published(int[] Counts, List<Item> Unconfirmed)
{
    public static string FileIn(string folder) => Path.Combine(folder, "published.json");

    public static Published Read(string folder) => JsonSerializer.Deserialize<Published>(File.ReadAllText(FileIn(folder)))!;
}
