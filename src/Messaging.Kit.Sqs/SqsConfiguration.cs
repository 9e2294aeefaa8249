using System.Globalization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sqs;

/// <summary>Reads the options from the section <c>Messaging:Sqs</c>, by hand, for the configuration binder is reflection.</summary>
internal sealed class SqsConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<SqsTransportOptions>
{
    private delegate bool Parser<T>(string text, out T value);

    // Every queue's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, SqsTransportOptions options) => Configure(options);

    public void Configure(SqsTransportOptions options)
    {
        if (configuration is null)
        {
            return;
        }

        var section = configuration.GetSection(SqsTransportOptions.ConfigurationSection);
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        options.ServiceUrl = Text(nameof(options.ServiceUrl)) ?? options.ServiceUrl;
        options.Region = Text(nameof(options.Region)) ?? options.Region;
        options.RedriveTo = Text(nameof(options.RedriveTo)) ?? options.RedriveTo;
        options.KmsKeyId = Text(nameof(options.KmsKeyId)) ?? options.KmsKeyId;
        options.AllowInsecureHttp = Read(nameof(options.AllowInsecureHttp), "true or false", bool.TryParse, options.AllowInsecureHttp);
        options.HighThroughputFifo = Read(nameof(options.HighThroughputFifo), "true or false", bool.TryParse, options.HighThroughputFifo);
        options.ConnectTimeout = Read(nameof(options.ConnectTimeout), "a time such as 00:00:05", TryParseTime, options.ConnectTimeout);
        options.WaitTime = Read(nameof(options.WaitTime), "a time such as 00:00:10", TryParseTime, options.WaitTime);
        options.VisibilityTimeout = Read(nameof(options.VisibilityTimeout), "a time such as 00:00:30", TryParseTime, options.VisibilityTimeout);
        options.MaxReceiveCount = Read(nameof(options.MaxReceiveCount), "a whole number", TryParseNumber, options.MaxReceiveCount);
        options.Topology = Read<TopologyMode?>(nameof(options.Topology), "None, Validate or Create", TryParseMode, options.Topology);
        options.Retention = Read<TimeSpan?>(nameof(options.Retention), "a time such as 4.00:00:00", TryParseTime, options.Retention);
        options.Delay = Read<TimeSpan?>(nameof(options.Delay), "a time such as 00:01:00", TryParseTime, options.Delay);

        options.ConfigurationFaults.AddRange(
            from child in section.GetChildren()
            where !known.Contains(child.Key)
            select $"{SqsTransportOptions.ConfigurationSection}:{child.Key} means nothing here. Known are: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");

        string? Text(string key)
        {
            known.Add(key);
            return section[key];
        }

        T Read<T>(string key, string expected, Parser<T> tryParse, T otherwise)
        {
            if (Text(key) is not { } text)
            {
                return otherwise;
            }

            if (tryParse(text, out var value))
            {
                return value;
            }

            options.ConfigurationFaults.Add($"{SqsTransportOptions.ConfigurationSection}:{key} is '{text}' in the configuration. Write {expected}.");
            return otherwise;
        }
    }

    // A number alone would be days, and whoever writes one means seconds.
    private static bool TryParseTime(string text, out TimeSpan value) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && text.Contains(':', StringComparison.Ordinal);

    private static bool TryParseTime(string text, out TimeSpan? value)
    {
        var parsed = TryParseTime(text, out TimeSpan time);
        value = time;
        return parsed;
    }

    private static bool TryParseNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);

    private static bool TryParseMode(string text, out TopologyMode? value)
    {
        var parsed = Enum.TryParse(text, ignoreCase: true, out TopologyMode mode) && Enum.IsDefined(mode);
        value = mode;
        return parsed;
    }
}
