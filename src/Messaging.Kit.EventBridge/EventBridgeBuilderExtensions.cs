using System.Globalization;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Hosting;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>Names buses as destinations and as what feeds queues: <c>to.EventBridge("shop")</c>, <c>from.EventBridge("shop", "shipping")</c>.</summary>
public static class EventBridgeBuilderExtensions
{
    /// <summary>Publishes to a bus.</summary>
    /// <param name="to">The word before the dot.</param>
    /// <param name="bus">The bus's name or its ARN; <c>default</c> is the bus that every account has.</param>
    /// <param name="configure">Options of this bus, on top of the application's; it may run more than once.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination EventBridge(this DestinationBuilder to, string bus, Action<EventBridgeTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        return new EventBridgeDestination(bus, Register(to.Services, bus, configure));
    }

    /// <summary>Consumes from a queue that a rule of a bus feeds.</summary>
    /// <param name="from">The word before the dot.</param>
    /// <param name="bus">The bus's name or its ARN.</param>
    /// <param name="queue">The queue's name or its full URL.</param>
    /// <param name="configure">Options of the rule, and by <see cref="EventBridgeRuleOptions.Queue"/> of the queue; it may run more than once.</param>
    /// <returns>The source: the queue.</returns>
    public static TransportSource EventBridge(this SourceBuilder from, string bus, string queue, Action<EventBridgeRuleOptions>? configure = null) =>
        from.Sqs(queue, options => options.SubscribeToEventBridge(bus, configure));

    /// <summary>Feeds a queue by a rule of a bus, and by several when it is said several times: <c>from.Sqs("shipping", queue =&gt; queue.SubscribeToEventBridge("shop"))</c>.</summary>
    /// <param name="queue">The queue's options.</param>
    /// <param name="bus">The bus's name or its ARN.</param>
    /// <param name="configure">Options of the rule; it may run more than once. Several rules of one bus need names.</param>
    /// <returns>The same options.</returns>
    public static SqsTransportOptions SubscribeToEventBridge(this SqsTransportOptions queue, string bus, Action<EventBridgeRuleOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentException.ThrowIfNullOrWhiteSpace(bus);
        var options = new EventBridgeRuleOptions(queue);
        configure?.Invoke(options);
        queue.Feeds.Add(new EventBridgeFeed(bus, options));
        return queue;
    }

    /// <summary>
    /// Sets options of all buses. Not needed otherwise: naming a bus registers what it needs. What is wrong with the options is
    /// reported when the application starts, all of it at once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:EventBridge</c> says is in them already.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEventBridgeTransport(this IServiceCollection services, Action<EventBridgeTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddServices(services);
        return services.ConfigureAll(configure);
    }

    /// <summary>Sets options of all buses: the same as <see cref="AddEventBridgeTransport"/>, in the sentence of <c>AddMessaging</c>.</summary>
    /// <param name="kit">The builder.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:EventBridge</c> says is in them already.</param>
    /// <returns>The same builder.</returns>
    public static MessagingBuilder UseEventBridge(this MessagingBuilder kit, Action<EventBridgeTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kit);
        kit.Services.AddEventBridgeTransport(configure);
        return kit;
    }

    internal static void AddServices(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(EventBridgeClients)))
        {
            return;
        }

        services.AddSingleton(provider => new EventBridgeClients(provider));
        services.AddSingleton(provider => new EventBridgeReplays(
            provider.GetRequiredService<EventBridgeClients>(), provider.GetRequiredService<IOptionsFactory<EventBridgeTransportOptions>>()));
        services.AddSingleton<IConfigureOptions<EventBridgeTransportOptions>>(provider => new EventBridgeConfiguration(provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<EventBridgeTransportOptions>, EventBridgeTransportOptionsValidator>();
        services.AddOptions<EventBridgeTransportOptions>().ValidateOnStart();
    }

    private static EventBridgeRegistration Register(IServiceCollection services, string bus, Action<EventBridgeTransportOptions>? configure)
    {
        AddServices(services);
        if (configure is null)
        {
            return new(Options.DefaultName, null);
        }

        // A bus can be registered more than once, with different options: the number makes the name unique.
        var name = string.Create(CultureInfo.InvariantCulture, $"'{bus}' ({services.Count})");

        // After the configuration of the application's options, wherever that is registered.
        services.PostConfigure(name, configure);
        services.AddOptions<EventBridgeTransportOptions>(name).ValidateOnStart();
        return new(name, configure);
    }
}
