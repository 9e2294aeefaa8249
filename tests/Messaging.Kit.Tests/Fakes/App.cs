using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Messaging.Kit.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>The kit as an application has it, on the test's clock and log.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public App(
        Action<MessagingBuilder> configure,
        Action<IServiceCollection>? services = null,
        Dictionary<string, string?>? settings = null,
        TimeProvider? time = null)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(time ?? Clock);
        collection.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace));
        if (settings is not null)
        {
            collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        }

        services?.Invoke(collection);
        collection.AddMessaging(configure);
        _services = collection.BuildServiceProvider();
    }

    public Clock Clock { get; } = new();

    public LogBook Log { get; } = new();

    public IServiceProvider Services => _services;

    public IMessageBus Bus => _services.GetRequiredService<IMessageBus>();

    public MessagingRuntime Runtime => _services.GetRequiredService<MessagingRuntime>();

    public MessageConsumer Consumer => Assert.Single(Runtime.Consumers.All);

    public SendChannel Channel => Assert.Single(Runtime.Channels);

    public static async Task<App> Start(
        Action<MessagingBuilder> configure,
        Action<IServiceCollection>? services = null,
        Dictionary<string, string?>? settings = null,
        TimeProvider? time = null)
    {
        var app = new App(configure, services, settings, time);
        await app.Runtime.StartAsync(Wait.Stop);
        return app;
    }

    public Task Stop() => Wait.For(Runtime.StopAsync(CancellationToken.None));

    /// <summary>Ends the application; time passes meanwhile, so that a test which failed half-way fails with its own words.</summary>
    public async ValueTask DisposeAsync() => await Clock.PassUntil(_services.DisposeAsync().AsTask());
}
