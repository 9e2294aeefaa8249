using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Benchmarks;

/// <summary>An application with the kit and nothing else in it: no log, no configuration.</summary>
internal sealed class BenchmarkHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkHost(IHost host) => _host = host;

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public static async Task<BenchmarkHost> StartAsync(Action<MessagingBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddMessaging(configure);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
