using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sns;

/// <summary>Reads the options from the section <c>Messaging:Sns</c>.</summary>
internal sealed class SnsConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<SnsTransportOptions>
{
    // Every topic's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, SnsTransportOptions options) => Configure(options);

    public void Configure(SnsTransportOptions options)
    {
        if (configuration?.GetSection(SnsTransportOptions.ConfigurationSection) is { } section)
        {
            SettingsReader.Read(section, options.ConfigurationFaults, settings => Read(settings, options));
        }
    }

    private static void Read(SettingsReader settings, SnsTransportOptions options)
    {
        settings.Text(nameof(options.ServiceUrl), value => options.ServiceUrl = value);
        settings.Text(nameof(options.Region), value => options.Region = value);
        settings.Text(nameof(options.AccountId), value => options.AccountId = value);
        settings.Text(nameof(options.Subject), value => options.Subject = value);
        settings.Text(nameof(options.KmsKeyId), value => options.KmsKeyId = value);
        settings.Flag(nameof(options.AllowInsecureHttp), value => options.AllowInsecureHttp = value);
        settings.Flag(nameof(options.HighThroughputFifo), value => options.HighThroughputFifo = value);
        settings.Time(nameof(options.ConnectTimeout), value => options.ConnectTimeout = value, "00:00:05");
        settings.Number<int>(nameof(options.MaximumMessageSize), value => options.MaximumMessageSize = value);
        settings.Choice<TopologyMode>(nameof(options.Topology), value => options.Topology = value);
    }
}
