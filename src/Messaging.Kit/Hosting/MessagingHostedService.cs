using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Hosting;

internal sealed class MessagingHostedService(MessagingRuntime runtime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => runtime.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => runtime.StopAsync(cancellationToken);
}
