using System.Globalization;
using Messaging.Kit.Hosting;
using Messaging.Kit.Kafka;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>Names topics as destinations and sources: <c>to.Kafka("readings")</c>, <c>from.Kafka("readings")</c>.</summary>
public static class KafkaBuilderExtensions
{
    /// <summary>Publishes to a topic.</summary>
    /// <param name="to">The word before the dot.</param>
    /// <param name="topic">The topic's name. Messages with the same key go into the same partition and keep their order.</param>
    /// <param name="configure">Options of this topic, on top of the application's; it may run more than once.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination Kafka(this DestinationBuilder to, string topic, Action<KafkaTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        return new KafkaDestination(topic, Register(to.Services, topic, configure));
    }

    /// <summary>Consumes from a topic, as a member of a group.</summary>
    /// <param name="from">The word before the dot.</param>
    /// <param name="topic">The topic's name. Messages keep their order within a key.</param>
    /// <param name="configure">Options of this topic, on top of the application's, such as <see cref="KafkaTransportOptions.Group"/>; it may run more than once.</param>
    /// <returns>The source.</returns>
    public static TransportSource Kafka(this SourceBuilder from, string topic, Action<KafkaTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        return new KafkaSource(topic, Register(from.Services, topic, configure));
    }

    /// <summary>
    /// Handles messages of a topic exactly once, as far as Kafka goes: what the handlers publish to topics of the same brokers, and how far the
    /// group has come, are committed together in a transaction, or neither is. Readers with <c>isolation.level=read_committed</c>,
    /// which is the kit's default, see each message of it once.
    /// </summary>
    /// <remarks>
    /// What a handler does elsewhere, such as in a database, is done again when its transaction is undone. Transactions have up to 500
    /// messages or take in what comes within 100 ms; when one message fails, all of its transaction are undone, and its partition waits for its
    /// redelivery. Not to be combined with <c>UseRetry</c>, since what a failed attempt has published could not be undone alone, nor with
    /// <c>UseIdempotency</c>, which would take what comes again for done.
    /// </remarks>
    /// <param name="consume">A consumer of a topic.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder ExactlyOnce(this ConsumeBuilder consume)
    {
        ArgumentNullException.ThrowIfNull(consume);
        (consume.Source as KafkaSource ?? throw new ArgumentException($"ExactlyOnce is for topics of Kafka, and '{consume.Name}' consumes from {consume.Source.Transport}. Leave it out; UseIdempotency is the next best.", nameof(consume)))
            .IsExactlyOnce = true;
        return consume;
    }

    /// <summary>
    /// Sends a message that fails to a retry topic, where it waits for its next attempt while those behind it go on:
    /// <c>UseRetryTopics("orders.retry", TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1))</c> uses the topics <c>orders.retry.5s</c> and
    /// <c>orders.retry.60s</c>. Add it after <c>UseDeadLetter</c>, which gets what fails at the last one. Order ends where it begins.
    /// </summary>
    /// <param name="consume">A consumer of a topic.</param>
    /// <param name="prefix">What the names of the retry topics begin with. Each group needs its own.</param>
    /// <param name="delays">How long a message waits before each further attempt; at least one, each more than zero.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRetryTopics(this ConsumeBuilder consume, string prefix, params TimeSpan[] delays)
    {
        ArgumentNullException.ThrowIfNull(consume);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        ArgumentNullException.ThrowIfNull(delays);
        var configure = (consume.Source as KafkaSource ?? throw new ArgumentException($"Topics are named by a prefix for Kafka only, and '{consume.Name}' consumes from {consume.Source.Transport}. Name each of them.", nameof(consume)))
            .Configure;
        return consume.UseRetryTopics(topics =>
        {
            foreach (var delay in delays)
            {
                var topic = string.Create(CultureInfo.InvariantCulture, $"{prefix}.{delay.TotalSeconds}s");
                topics.Add(delay, to => to.Kafka(topic, configure), from => from.Kafka(topic, options => SetOwn(options, delay)));
            }
        });

        // Of a retry topic each message is read, and once; one that waits to be due is not stuck.
        void SetOwn(KafkaTransportOptions options, TimeSpan delay)
        {
            configure?.Invoke(options);
            (options.StartAtEnd, options.ReplayFrom) = (false, null);
            options.StuckAfter += delay;
        }
    }

    /// <summary>
    /// Sets options of all topics. Not needed otherwise: naming a topic registers what it needs. What is wrong with the options is
    /// reported when the application starts, all of it at once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Kafka</c> says is in them already.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddKafkaTransport(this IServiceCollection services, Action<KafkaTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddServices(services);
        return services.ConfigureAll(configure);
    }

    /// <summary>Sets options of all topics: the same as <see cref="AddKafkaTransport"/>, in the sentence of <c>AddMessaging</c>.</summary>
    /// <param name="kit">The builder.</param>
    /// <param name="configure">Sets options; what the configuration section <c>Messaging:Kafka</c> says is in them already.</param>
    /// <returns>The same builder.</returns>
    public static MessagingBuilder UseKafka(this MessagingBuilder kit, Action<KafkaTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kit);
        kit.Services.AddKafkaTransport(configure);
        return kit;
    }

    private static KafkaRegistration Register(IServiceCollection services, string topic, Action<KafkaTransportOptions>? configure)
    {
        AddServices(services);
        if (configure is null)
        {
            // Not otherwise: who names the brokers with each topic need not name them for the application.
            services.AddOptions<KafkaTransportOptions>().ValidateOnStart();
            return new(Options.DefaultName, null);
        }

        // A topic can be registered more than once, with different options: the number makes the name unique.
        var name = string.Create(CultureInfo.InvariantCulture, $"'{topic}' ({services.Count})");

        // After the configuration of the application's options, wherever that is registered.
        services.PostConfigure(name, configure);
        services.AddOptions<KafkaTransportOptions>(name).ValidateOnStart();
        return new(name, configure);
    }

    private static void AddServices(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(KafkaProducers)))
        {
            return;
        }

        services.AddSingleton(provider => new KafkaProducers(KafkaRegistration.Time(provider), KafkaRegistration.Logger<KafkaProducer>(provider)));
        services.AddSingleton<IConfigureOptions<KafkaTransportOptions>>(provider => new KafkaConfiguration(provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<KafkaTransportOptions>, KafkaTransportOptionsValidator>();
    }
}
