using Messaging.Kit.Consuming;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Kit.Hosting;

/// <summary>Live: every consumer is at work. Ready: every consumer has been answered by its source, and no destination refuses.</summary>
internal sealed class MessagingHealthCheck(MessagingRuntime runtime, bool forReadiness) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var troubles = forReadiness ? NotReady() : NotLive();
        var states = runtime.Consumers.All.ToDictionary(consumer => consumer.Name, consumer => (object)consumer.State.ToString());
        var text = string.Join(" ", troubles.Select(trouble => trouble.Text));
        var failure = troubles.Select(trouble => trouble.Failure).FirstOrDefault(failure => failure is not null);
        return Task.FromResult(troubles.Count == 0
            ? HealthCheckResult.Healthy(data: states)
            : new HealthCheckResult(context.Registration.FailureStatus, text, failure, states));
    }

    private List<(string Text, Exception? Failure)> NotLive() =>
    [
        .. from consumer in runtime.Consumers.All
           where consumer.HasDied || consumer.State is ConsumerState.Created or ConsumerState.Stopped
           select ($"{consumer.Name} is not consuming ({consumer.State}).", consumer.LastFailure),
    ];

    private List<(string Text, Exception? Failure)> NotReady() =>
    [
        .. from consumer in runtime.Consumers.All
           where !consumer.HasConnected || consumer.State is not (ConsumerState.Consuming or ConsumerState.Paused)
           select (consumer.HasConnected || consumer.LastFailure is not null
               ? $"{consumer.Name} cannot receive from {consumer.Source} ({consumer.State})."
               : $"{consumer.Name} has no answer from {consumer.Source} yet.", consumer.LastFailure),
        .. from channel in runtime.Channels
           where channel.LastFailure is not null
           select ($"The last call to {channel.Destination} failed.", channel.LastFailure),
    ];
}
