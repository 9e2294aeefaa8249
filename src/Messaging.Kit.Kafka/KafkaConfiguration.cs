using System.Globalization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Kafka;

/// <summary>Reads the options from the section <c>Messaging:Kafka</c>, by hand, for the configuration binder is reflection.</summary>
internal sealed class KafkaConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<KafkaTransportOptions>
{
    private delegate bool Parser<T>(string text, out T value);

    // Every topic's own options start from the application's, so the name makes no difference.
    public void Configure(string? name, KafkaTransportOptions options) => Configure(options);

    public void Configure(KafkaTransportOptions options)
    {
        if (configuration is null)
        {
            return;
        }

        var section = configuration.GetSection(KafkaTransportOptions.ConfigurationSection);
        options.BootstrapServers = section[nameof(options.BootstrapServers)] ?? options.BootstrapServers;
        options.CaLocation = section[nameof(options.CaLocation)] ?? options.CaLocation;
        options.CertificateLocation = section[nameof(options.CertificateLocation)] ?? options.CertificateLocation;
        options.KeyLocation = section[nameof(options.KeyLocation)] ?? options.KeyLocation;
        options.KeyPassword = section[nameof(options.KeyPassword)] ?? options.KeyPassword;
        options.Username = section[nameof(options.Username)] ?? options.Username;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.Group = section[nameof(options.Group)] ?? options.Group;
        options.GroupInstanceId = section[nameof(options.GroupInstanceId)] ?? options.GroupInstanceId;
        options.UseTls = Read<bool?>(nameof(options.UseTls), "true or false", Nullable<bool>(bool.TryParse), options.UseTls);
        options.AllowPlaintext = Read(nameof(options.AllowPlaintext), "true or false", bool.TryParse, options.AllowPlaintext);
        options.OrderByPartition = Read(nameof(options.OrderByPartition), "true or false", bool.TryParse, options.OrderByPartition);
        options.StartAtEnd = Read(nameof(options.StartAtEnd), "true or false", bool.TryParse, options.StartAtEnd);
        options.ReadUncommitted = Read(nameof(options.ReadUncommitted), "true or false", bool.TryParse, options.ReadUncommitted);
        options.Authentication = Read(nameof(options.Authentication), Choice<KafkaAuthentication>(), TryParseChoice, options.Authentication);
        options.Compression = Read(nameof(options.Compression), Choice<KafkaCompression>(), TryParseChoice, options.Compression);
        options.GroupProtocol = Read(nameof(options.GroupProtocol), Choice<KafkaGroupProtocol>(), TryParseChoice, options.GroupProtocol);
        options.Topology = Read(nameof(options.Topology), Choice<TopologyMode>(), Nullable<TopologyMode>(TryParseChoice), options.Topology);
        options.Linger = Read(nameof(options.Linger), "a time such as 00:00:00.005", TryParseTime, options.Linger);
        options.DeliveryTimeout = Read(nameof(options.DeliveryTimeout), "a time such as 00:01:00", TryParseTime, options.DeliveryTimeout);
        options.CommitInterval = Read(nameof(options.CommitInterval), "a time such as 00:00:01", TryParseTime, options.CommitInterval);
        options.RevokeTimeout = Read(nameof(options.RevokeTimeout), "a time such as 00:00:30", TryParseTime, options.RevokeTimeout);
        options.StuckAfter = Read(nameof(options.StuckAfter), "a time such as 00:05:00", TryParseTime, options.StuckAfter);
        options.SessionTimeout = Read(nameof(options.SessionTimeout), "a time such as 00:00:45", TryParseTime, options.SessionTimeout);
        options.ReplayFrom = Read(nameof(options.ReplayFrom), "a time such as 2026-11-23T09:00:00Z", Nullable<DateTimeOffset>(TryParseInstant), options.ReplayFrom);
        options.MaxMessageBytes = Read(nameof(options.MaxMessageBytes), "a whole number", TryParseNumber, options.MaxMessageBytes);
        options.MaxUncommitted = Read(nameof(options.MaxUncommitted), "a whole number", TryParseNumber, options.MaxUncommitted);
        options.FetchAheadBytes = Read(nameof(options.FetchAheadBytes), "a whole number", TryParseNumber, options.FetchAheadBytes);
        options.Partitions = Read(nameof(options.Partitions), "a whole number", Nullable<int>(TryParseNumber), options.Partitions);
        options.ReplicationFactor = Read(nameof(options.ReplicationFactor), "a whole number", Nullable<short>(TryParseNumber), options.ReplicationFactor);
        Copy(nameof(options.TopicSettings), options.TopicSettings);
        Copy(nameof(options.ClientSettings), options.ClientSettings);

        T Read<T>(string key, string expected, Parser<T> tryParse, T otherwise)
        {
            if (section[key] is not { } text)
            {
                return otherwise;
            }

            if (tryParse(text, out var value))
            {
                return value;
            }

            options.ConfigurationFaults.Add($"{KafkaTransportOptions.ConfigurationSection}:{key} is '{text}' in the configuration. Write {expected}.");
            return otherwise;
        }

        void Copy(string key, IDictionary<string, string> settings)
        {
            foreach (var setting in section.GetSection(key).GetChildren())
            {
                settings[setting.Key] = setting.Value ?? "";
            }
        }
    }

    private static string Choice<T>()
        where T : struct, Enum => $"one of {string.Join(", ", Enum.GetNames<T>())}";

    private static bool TryParseChoice<T>(string text, out T value)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);

    private static bool TryParseTime(string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static bool TryParseInstant(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);

    private static bool TryParseNumber<T>(string text, out T value)
        where T : struct, ISpanParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static Parser<T?> Nullable<T>(Parser<T> tryParse)
        where T : struct => (string text, out T? value) =>
        {
            var parsed = tryParse(text, out var found);
            value = found;
            return parsed;
        };
}
