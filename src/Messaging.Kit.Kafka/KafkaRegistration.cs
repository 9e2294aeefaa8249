using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Kafka;

/// <summary>What a destination and a source have in common: the options of one registered topic, and whose topic it is.</summary>
/// <param name="OptionsName">The name of its options among the application's.</param>
/// <param name="Configure">What the registration sets on top of them.</param>
internal sealed record KafkaRegistration(string OptionsName, Action<KafkaTransportOptions>? Configure)
{
    public const string Transport = "kafka";

    public static IEnumerable<string> Validate(string name)
    {
        if (!KafkaTopology.IsValidName(name))
        {
            yield return $"'{name}' cannot be a topic. {KafkaTopology.NameRule}";
        }
    }

    /// <summary>A name is a topic of the brokers that the registration sets.</summary>
    public string Identify(string name)
    {
        var own = GetOwnOptions();
        return own.BootstrapServers is null ? name : $"{own.BootstrapServers} {name}";
    }

    /// <summary>Registrations that write a topic in different ways have senders of their own.</summary>
    public string IdentifySender(string name) =>
        string.Join(' ', KafkaClientSettings.ForProducer(GetOwnOptions()).Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal).Prepend(Identify(name)));

    private KafkaTransportOptions GetOwnOptions()
    {
        var own = new KafkaTransportOptions();
        Configure?.Invoke(own);
        return own;
    }

    public KafkaTransportOptions GetOptions(IServiceProvider services) =>
        services.GetRequiredService<IOptionsMonitor<KafkaTransportOptions>>().Get(OptionsName);

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new KafkaTopology(name, GetOptions(services), Time(services), Logger<KafkaTopology>(services)).ApplyAsync(mode, cancellationToken);

    public static TimeProvider Time(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;

    public static ILogger<T> Logger<T>(IServiceProvider services) => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;
}
