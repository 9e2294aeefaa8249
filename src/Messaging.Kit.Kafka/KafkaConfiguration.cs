using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Kafka;

/// <summary>Reads the options from the section <c>Messaging:Kafka</c>.</summary>
internal sealed class KafkaConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<KafkaTransportOptions>
{
    // Every topic's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, KafkaTransportOptions options) => Configure(options);

    public void Configure(KafkaTransportOptions options)
    {
        if (configuration?.GetSection(KafkaTransportOptions.ConfigurationSection) is { } section)
        {
            SettingsReader.Read(section, options.ConfigurationFaults, settings =>
            {
                ReadConnection(settings, options);
                ReadPublishing(settings, options);
                ReadConsuming(settings, options);
                ReadTopology(settings, options);
                settings.Texts(nameof(options.ClientSettings), (name, value) => options.ClientSettings[name] = value);
            });
        }
    }

    private static void ReadConnection(SettingsReader settings, KafkaTransportOptions options)
    {
        settings.Text(nameof(options.BootstrapServers), value => options.BootstrapServers = value);
        settings.Flag(nameof(options.UseTls), value => options.UseTls = value);
        settings.Flag(nameof(options.AllowPlaintext), value => options.AllowPlaintext = value);
        settings.Text(nameof(options.CaLocation), value => options.CaLocation = value);
        settings.Text(nameof(options.CertificateLocation), value => options.CertificateLocation = value);
        settings.Text(nameof(options.KeyLocation), value => options.KeyLocation = value);
        settings.Text(nameof(options.KeyPassword), value => options.KeyPassword = value);
        settings.Choice<KafkaAuthentication>(nameof(options.Authentication), value => options.Authentication = value);
        settings.Text(nameof(options.Username), value => options.Username = value);
        settings.Text(nameof(options.Password), value => options.Password = value);
    }

    private static void ReadPublishing(SettingsReader settings, KafkaTransportOptions options)
    {
        settings.Time(nameof(options.Linger), value => options.Linger = value, "00:00:00.005");
        settings.Choice<KafkaCompression>(nameof(options.Compression), value => options.Compression = value);
        settings.Time(nameof(options.DeliveryTimeout), value => options.DeliveryTimeout = value, "00:01:00");
        settings.Number<int>(nameof(options.MaxMessageBytes), value => options.MaxMessageBytes = value);
        settings.Time(nameof(options.TransactionTimeout), value => options.TransactionTimeout = value, "00:01:00");
    }

    private static void ReadConsuming(SettingsReader settings, KafkaTransportOptions options)
    {
        settings.Text(nameof(options.Group), value => options.Group = value);
        settings.Text(nameof(options.GroupInstanceId), value => options.GroupInstanceId = value);
        settings.Choice<KafkaGroupProtocol>(nameof(options.GroupProtocol), value => options.GroupProtocol = value);
        settings.Flag(nameof(options.StartAtEnd), value => options.StartAtEnd = value);
        settings.Instant(nameof(options.ReplayFrom), value => options.ReplayFrom = value);
        settings.Time(nameof(options.CommitInterval), value => options.CommitInterval = value, "00:00:01");
        settings.Number<int>(nameof(options.MaxUncommitted), value => options.MaxUncommitted = value);
        settings.Flag(nameof(options.OrderByPartition), value => options.OrderByPartition = value);
        settings.Time(nameof(options.StuckAfter), value => options.StuckAfter = value, "00:05:00");
        settings.Time(nameof(options.RevokeTimeout), value => options.RevokeTimeout = value, "00:00:30");
        settings.Time(nameof(options.SessionTimeout), value => options.SessionTimeout = value, "00:00:45");
        settings.Number<long>(nameof(options.FetchAheadBytes), value => options.FetchAheadBytes = value);
        settings.Flag(nameof(options.ReadUncommitted), value => options.ReadUncommitted = value);
    }

    private static void ReadTopology(SettingsReader settings, KafkaTransportOptions options)
    {
        settings.Choice<TopologyMode>(nameof(options.Topology), value => options.Topology = value);
        settings.Number<int>(nameof(options.Partitions), value => options.Partitions = value);
        settings.Number<short>(nameof(options.ReplicationFactor), value => options.ReplicationFactor = value);
        settings.Texts(nameof(options.TopicSettings), (name, value) => options.TopicSettings[name] = value);
    }
}
