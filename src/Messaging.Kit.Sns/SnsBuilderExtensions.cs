using System.Globalization;
using Messaging.Kit.Hosting;
using Messaging.Kit.Sns;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>Names topics as destinations and as what feeds queues: <c>to.Sns("orders")</c>, <c>from.Sns("orders", "shipping")</c>.</summary>
public static class SnsBuilderExtensions
{
    /// <summary>Publishes to a topic.</summary>
    /// <param name="to">The word before the dot.</param>
    /// <param name="topic">The topic's name or its ARN. A name that ends in <c>.fifo</c> is a FIFO topic, whose messages need a key.</param>
    /// <param name="configure">Options of this topic, on top of the application's; it may run more than once.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination Sns(this DestinationBuilder to, string topic, Action<SnsTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        return new SnsDestination(topic, Register(to.Services, topic, configure));
    }

    /// <summary>Consumes from a queue that is subscribed to a topic.</summary>
    /// <param name="from">The word before the dot.</param>
    /// <param name="topic">The topic's name or its ARN.</param>
    /// <param name="queue">The queue's name or its full URL.</param>
    /// <param name="configure">Options of the subscription, and by <see cref="SnsSubscriptionOptions.Queue"/> of the queue; it may run more than once.</param>
    /// <returns>The source: the queue.</returns>
    public static TransportSource Sns(this SourceBuilder from, string topic, string queue, Action<SnsSubscriptionOptions>? configure = null) =>
        from.Sqs(queue, options => options.SubscribeToSns(topic, configure));

    /// <summary>Subscribes a queue to a topic, and to several when it is said several times: <c>from.Sqs("shipping", queue =&gt; queue.SubscribeToSns("orders"))</c>.</summary>
    /// <param name="queue">The queue's options.</param>
    /// <param name="topic">The topic's name or its ARN.</param>
    /// <param name="configure">Options of the subscription; it may run more than once.</param>
    /// <returns>The same options.</returns>
    public static SqsTransportOptions SubscribeToSns(this SqsTransportOptions queue, string topic, Action<SnsSubscriptionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        var options = new SnsSubscriptionOptions(queue);
        configure?.Invoke(options);
        queue.Feeds.Add(new SnsFeed(topic, options));
        return queue;
    }

    /// <summary>
    /// Sets options of all topics. Not needed otherwise: naming a topic registers what it needs. What is wrong with the options is
    /// reported when the application starts, all of it at once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Sns</c> says is in them already.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSnsTransport(this IServiceCollection services, Action<SnsTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddServices(services);
        return services.ConfigureAll(configure);
    }

    /// <summary>Sets options of all topics: the same as <see cref="AddSnsTransport"/>, in the sentence of <c>AddMessaging</c>.</summary>
    /// <param name="kit">The builder.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Sns</c> says is in them already.</param>
    /// <returns>The same builder.</returns>
    public static MessagingBuilder UseSns(this MessagingBuilder kit, Action<SnsTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kit);
        kit.Services.AddSnsTransport(configure);
        return kit;
    }

    internal static void AddServices(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SnsClients)))
        {
            return;
        }

        services.AddSingleton(provider => new SnsClients(provider));
        services.AddSingleton<IConfigureOptions<SnsTransportOptions>>(provider => new SnsConfiguration(provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<SnsTransportOptions>, SnsTransportOptionsValidator>();
        services.AddOptions<SnsTransportOptions>().ValidateOnStart();
    }

    private static SnsRegistration Register(IServiceCollection services, string topic, Action<SnsTransportOptions>? configure)
    {
        AddServices(services);
        if (configure is null)
        {
            return new(Options.DefaultName, null);
        }

        // A topic can be registered more than once, with different options: the number makes the name unique.
        var name = string.Create(CultureInfo.InvariantCulture, $"'{topic}' ({services.Count})");

        // After the configuration of the application's options, wherever that is registered.
        services.PostConfigure(name, configure);
        services.AddOptions<SnsTransportOptions>(name).ValidateOnStart();
        return new(name, configure);
    }
}
