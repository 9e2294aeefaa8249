using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge;

/// <summary>Reads the options from the section <c>Messaging:EventBridge</c>.</summary>
internal sealed class EventBridgeConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<EventBridgeTransportOptions>
{
    // Every bus's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, EventBridgeTransportOptions options) => Configure(options);

    public void Configure(EventBridgeTransportOptions options)
    {
        if (configuration?.GetSection(EventBridgeTransportOptions.ConfigurationSection) is { } section)
        {
            SettingsReader.Read(section, options.ConfigurationFaults, settings => Read(settings, options));
        }
    }

    private static void Read(SettingsReader settings, EventBridgeTransportOptions options)
    {
        settings.Text(nameof(options.ServiceUrl), value => options.ServiceUrl = value);
        settings.Text(nameof(options.Region), value => options.Region = value);
        settings.Text(nameof(options.KmsKeyId), value => options.KmsKeyId = value);
        settings.Text(nameof(options.Archive), value => options.Archive = value);
        settings.Pattern(nameof(options.ArchivePattern), value => options.ArchivePattern = value);
        settings.Flag(nameof(options.AllowInsecureHttp), value => options.AllowInsecureHttp = value);
        settings.Flag(nameof(options.AllowReplays), value => options.AllowReplays = value);
        settings.Time(nameof(options.ConnectTimeout), value => options.ConnectTimeout = value, "00:00:05");
        settings.Time(nameof(options.ArchiveRetention), value => options.ArchiveRetention = value, "30.00:00:00");
        settings.Choice<TopologyMode>(nameof(options.Topology), value => options.Topology = value);
    }
}
