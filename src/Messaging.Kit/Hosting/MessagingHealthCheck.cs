using Messaging.Kit.Consuming;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Kit.Hosting;

/// <summary>Live: every consumer is at work. Ready: every consumer has been answered by its source, and no destination refuses.</summary>
internal sealed class MessagingHealthCheck(MessagingRuntime runtime, bool forReadiness) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var troubles = forReadiness ? await NotReadyAsync(cancellationToken).ConfigureAwait(false) : NotLive();
        var states = runtime.Consumers.All.ToDictionary(consumer => consumer.Name, consumer => (object)consumer.State.ToString());
        return troubles.Count == 0
            ? HealthCheckResult.Healthy(data: states)
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                string.Join(" ", troubles.Select(trouble => trouble.Text)),
                troubles.Select(trouble => trouble.Failure).FirstOrDefault(failure => failure is not null),
                states);
    }

    private List<Trouble> NotLive() =>
    [
        .. from consumer in runtime.Consumers.All
           where consumer.HasDied || consumer.State is ConsumerState.Created or ConsumerState.Stopped
           select new Trouble($"{consumer.Name} is not consuming ({consumer.State}).", consumer.LastFailure),
    ];

    private async Task<List<Trouble>> NotReadyAsync(CancellationToken cancellationToken)
    {
        List<Trouble> troubles = [];
        foreach (var consumer in runtime.Consumers.All)
        {
            if (consumer.State is not (ConsumerState.Consuming or ConsumerState.Paused))
            {
                troubles.Add(new($"{consumer.Name} cannot receive from {consumer.Source} ({consumer.State}).", consumer.LastFailure));
            }
            else if (!await consumer.IsConnectedAsync(cancellationToken).ConfigureAwait(false))
            {
                troubles.Add(new($"{consumer.Name} has no answer from {consumer.Source} yet.", null));
            }

            troubles.AddRange(consumer.FindStalls().Select(stall => new Trouble($"{consumer.Name} does not get on: {stall}", consumer.LastFailure)));
        }

        troubles.AddRange(
            from channel in runtime.Channels
            where channel.Refusal is not null
            select new Trouble($"{channel.Destination} refuses.", channel.Refusal));
        return troubles;
    }

    private readonly record struct Trouble(string Text, Exception? Failure);
}
