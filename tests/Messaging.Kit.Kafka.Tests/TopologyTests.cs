using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests;

/// <summary>On a real broker: the mock cluster knows no requests of this kind.</summary>
public sealed class TopologyTests
{
    private readonly string _topic = $"kit-made-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Topic_is_created_as_described_and_every_difference_is_told()
    {
        Assert.Empty(await ApplyAsync(TopologyMode.Create, partitions: 3, policy: "compact"));
        Assert.Empty(await ApplyAsync(TopologyMode.Validate, partitions: 3, policy: "compact"));
        foreach (var mode in new[] { TopologyMode.Create, TopologyMode.Validate })
        {
            var differences = await ApplyAsync(mode, partitions: 5, policy: "delete");
            Assert.Equal(
                [$"Topic '{_topic}' has partitions 3, and the registration says 5. Change one of them.", $"Topic '{_topic}' has cleanup.policy compact, and the registration says delete. Change one of them."],
                differences);
        }
    }

    [Fact]
    public async Task Topic_that_is_only_to_be_looked_for_is_not_created()
    {
        foreach (var again in new[] { false, true })
        {
            var difference = Assert.Single(await ApplyAsync(TopologyMode.Validate, partitions: 3, policy: "delete"));
            Assert.Contains($"'{_topic}' does not exist", difference, StringComparison.Ordinal);
        }
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, int partitions, string policy)
    {
        var options = new KafkaTransportOptions { BootstrapServers = LiveKafka.Servers, Partitions = partitions };
        options.TopicSettings["cleanup.policy"] = policy;
        return await new KafkaTopology(_topic, options, TimeProvider.System, NullLogger<KafkaTopology>.Instance).ApplyAsync(mode, Token);
    }
}
