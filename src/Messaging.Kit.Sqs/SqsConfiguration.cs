using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sqs;

/// <summary>Reads the options from the section <c>Messaging:Sqs</c>.</summary>
internal sealed class SqsConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<SqsTransportOptions>
{
    // Every queue's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, SqsTransportOptions options) => Configure(options);

    public void Configure(SqsTransportOptions options)
    {
        if (configuration?.GetSection(SqsTransportOptions.ConfigurationSection) is { } section)
        {
            SettingsReader.Read(section, options.ConfigurationFaults, settings => Read(settings, options));
        }
    }

    private static void Read(SettingsReader settings, SqsTransportOptions options)
    {
        settings.Text(nameof(options.ServiceUrl), value => options.ServiceUrl = value);
        settings.Text(nameof(options.Region), value => options.Region = value);
        settings.Text(nameof(options.RedriveTo), value => options.RedriveTo = value);
        settings.Text(nameof(options.KmsKeyId), value => options.KmsKeyId = value);
        settings.Flag(nameof(options.AllowInsecureHttp), value => options.AllowInsecureHttp = value);
        settings.Flag(nameof(options.HighThroughputFifo), value => options.HighThroughputFifo = value);
        settings.Flag(nameof(options.ContentBasedDeduplication), value => options.ContentBasedDeduplication = value);
        settings.Time(nameof(options.ConnectTimeout), value => options.ConnectTimeout = value, "00:00:05");
        settings.Time(nameof(options.WaitTime), value => options.WaitTime = value, "00:00:10");
        settings.Time(nameof(options.VisibilityTimeout), value => options.VisibilityTimeout = value, "00:00:30");
        settings.Time(nameof(options.Retention), value => options.Retention = value, "4.00:00:00");
        settings.Time(nameof(options.Delay), value => options.Delay = value, "00:01:00");
        settings.Number<int>(nameof(options.MaxReceiveCount), value => options.MaxReceiveCount = value);
        settings.Choice<TopologyMode>(nameof(options.Topology), value => options.Topology = value);
    }
}
