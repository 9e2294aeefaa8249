using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Tests.Consuming;

public sealed class SlowKeyTests
{
    [Fact]
    public async Task A_slow_key_with_a_long_backlog_holds_up_no_other_key()
    {
        var release = new TaskCompletionSource();
        var others = new CountdownEvent(50);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<Step>("step", to => to.InMemory("steps.fifo")).KeyBy(step => step.Key);
            kit.Consume(from => from.InMemory("steps.fifo"))
                .Configure(consumer => consumer.Concurrency = 2)
                .Handle<Step>("step", async (step, _, cancellationToken) =>
                {
                    if (step.Key == "slow")
                    {
                        await release.Task.WaitAsync(cancellationToken);
                    }
                    else
                    {
                        others.Signal();
                    }
                });
        });
        using var host = builder.Build();
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await bus.PublishManyAsync(
            Enumerable.Repeat(new Step("slow"), 300).Concat(Enumerable.Repeat(new Step("quick"), 50)),
            cancellationToken: TestContext.Current.CancellationToken);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(others.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken), $"{others.CurrentCount} messages of the quick key wait behind the slow one.");
        release.SetResult();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed record Step(string Key);
}
