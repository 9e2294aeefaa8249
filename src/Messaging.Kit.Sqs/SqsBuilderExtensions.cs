using System.Globalization;
using Messaging.Kit.Hosting;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>Names queues as destinations and sources: <c>to.Sqs("orders")</c>, <c>from.Sqs("orders")</c>.</summary>
public static class SqsBuilderExtensions
{
    /// <summary>Publishes to a queue.</summary>
    /// <param name="to">The word before the dot.</param>
    /// <param name="queue">The queue's name or its full URL. A name that ends in <c>.fifo</c> is a FIFO queue, whose messages need a key.</param>
    /// <param name="configure">Options of this queue, on top of the application's; it may run more than once.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination Sqs(this DestinationBuilder to, string queue, Action<SqsTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        return new SqsDestination(queue, Register(to.Services, queue, configure));
    }

    /// <summary>Consumes from a queue.</summary>
    /// <param name="from">The word before the dot.</param>
    /// <param name="queue">The queue's name or its full URL. A name that ends in <c>.fifo</c> is a FIFO queue, whose messages keep their order within a key.</param>
    /// <param name="configure">Options of this queue, on top of the application's; it may run more than once.</param>
    /// <returns>The source.</returns>
    public static TransportSource Sqs(this SourceBuilder from, string queue, Action<SqsTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        return new SqsSource(queue, Register(from.Services, queue, configure));
    }

    /// <summary>
    /// Sets options of all queues. Not needed otherwise: naming a queue registers what it needs. What is wrong with the options is
    /// reported when the application starts, all of it at once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Sqs</c> says is in them already.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSqsTransport(this IServiceCollection services, Action<SqsTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddServices(services);
        return services.ConfigureAll(configure);
    }

    /// <summary>Sets options of all queues: the same as <see cref="AddSqsTransport"/>, in the sentence of <c>AddMessaging</c>.</summary>
    /// <param name="kit">The builder.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Sqs</c> says is in them already.</param>
    /// <returns>The same builder.</returns>
    public static MessagingBuilder UseSqs(this MessagingBuilder kit, Action<SqsTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kit);
        kit.Services.AddSqsTransport(configure);
        return kit;
    }

    private static SqsRegistration Register(IServiceCollection services, string queue, Action<SqsTransportOptions>? configure)
    {
        AddServices(services);
        if (configure is null)
        {
            return new(Options.DefaultName, null);
        }

        // What feeds the queue is known once its options have been set, and services have to be known before that.
        new SqsRegistration(Options.DefaultName, configure).GetOwnOptions().Feeds.ForEach(feed => feed.AddServices(services));

        // A queue can be registered more than once, with different options: the number makes the name unique.
        var name = string.Create(CultureInfo.InvariantCulture, $"'{queue}' ({services.Count})");

        // After the configuration of the application's options, wherever that is registered.
        services.PostConfigure(name, configure);
        services.AddOptions<SqsTransportOptions>(name).ValidateOnStart();
        return new(name, configure);
    }

    private static void AddServices(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SqsClients)))
        {
            return;
        }

        services.AddSingleton(provider => new SqsClients(provider));
        services.AddSingleton<IConfigureOptions<SqsTransportOptions>>(provider => new SqsConfiguration(provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<SqsTransportOptions>, SqsTransportOptionsValidator>();
        services.AddOptions<SqsTransportOptions>().ValidateOnStart();
    }
}
