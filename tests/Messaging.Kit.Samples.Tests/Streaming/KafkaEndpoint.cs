using Messaging.Kit.Testing;

namespace Messaging.Kit.Samples.Tests.Streaming;

/// <summary>Where Kafka is; without it a test is skipped, and says how to have it.</summary>
internal static class KafkaEndpoint
{
    private const string Variable = "KAFKA_BOOTSTRAP_SERVERS";

    public static string Require()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } servers)
        {
            return servers;
        }

        Assert.SkipWhen(
            Environment.GetEnvironmentVariable(TransportHarness.RequireBrokersVariable) != "true",
            $"There is no Kafka: set {Variable} to 127.0.0.1:9092 or where it is; docker compose -f samples/compose.yaml up -d kafka gets you one.");
        throw new InvalidOperationException($"{Variable} is not set, and {TransportHarness.RequireBrokersVariable} says that there must be a Kafka.");
    }
}
