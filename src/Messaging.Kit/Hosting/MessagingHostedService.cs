using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Hosting;

/// <summary>Starts and stops the bus with the host.</summary>
internal sealed class MessagingHostedService(IServiceProvider services) : IHostedService
{
    private MessagingRuntime? _runtime;

    // Built now and not with this: the host makes its services before it looks at their options, and whatever the bus is made of would fail by the
    // options of the first queue, where the host reports those of all.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _runtime = services.GetRequiredService<MessagingRuntime>();
        return _runtime.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _runtime?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
