namespace Messaging.Kit.Kafka.Soak;

/// <summary>What is published: the number of a message among those of its key.</summary>
internal sealed record Item(int Key, int Number)
{
    public static string KeyOf(Item item) => $"key-{item.Key}";
}
