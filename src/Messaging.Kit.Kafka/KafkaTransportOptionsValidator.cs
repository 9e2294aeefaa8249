using System.Globalization;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Kafka;

/// <summary>Reports every fault of the options at once, before anything connects.</summary>
internal sealed class KafkaTransportOptionsValidator : IValidateOptions<KafkaTransportOptions>
{
    private static readonly string[] Protocols = ["PLAINTEXT://", "SSL://", "SASL_PLAINTEXT://", "SASL_SSL://"];

    public ValidateOptionsResult Validate(string? name, KafkaTransportOptions options)
    {
        var faults = new List<string>(options.ConfigurationFaults);
        faults.AddRange(ConnectionFaults(options));
        faults.AddRange(AuthenticationFaults(options));
        faults.AddRange(RangeFaults(options));
        faults.AddRange(OtherFaults(options));
        if (faults.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        var where = string.IsNullOrEmpty(name) ? "Kafka" : $"Kafka topic {name}";
        return ValidateOptionsResult.Fail(faults.Select(fault => $"{where}: {fault}"));
    }

    private static IEnumerable<string> ConnectionFaults(KafkaTransportOptions options)
    {
        var servers = KafkaClientSettings.BootstrapServers(options);
        if (string.IsNullOrEmpty(servers?.Trim(' ', ',')))
        {
            yield return $"No brokers are named. Set BootstrapServers, or the environment variable {KafkaClientSettings.BootstrapVariable}, to host:port,host:port.";
        }
        else if (!KafkaClientSettings.UsesTls(options) && !options.AllowPlaintext && !KafkaClientSettings.AreLocal(servers))
        {
            yield return $"The connection to '{servers}' is not encrypted. Set UseTls, or AllowPlaintext when it is a network you trust.";
        }

        foreach (var server in (servers ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(server => !IsServer(server)))
        {
            yield return $"BootstrapServers has '{server}'. Write host:port.";
        }

        foreach (var (setting, file) in new[] { (nameof(options.CaLocation), options.CaLocation), (nameof(options.CertificateLocation), options.CertificateLocation), (nameof(options.KeyLocation), options.KeyLocation) })
        {
            if (file is not null && !File.Exists(file) && !(setting == nameof(options.CaLocation) && Directory.Exists(file)))
            {
                yield return $"{setting} is '{file}', and there is no such file.";
            }
        }

        foreach (var setting in options.ClientSettings.Keys.Where(KafkaClientSettings.Own.Contains).Order(StringComparer.Ordinal))
        {
            yield return $"ClientSettings has '{setting}', which the kit relies on. Leave it out; see the options for what can be set.";
        }

        // Not their values: some of them are secrets.
        foreach (var (setting, value) in options.ClientSettings.Where(setting => !KafkaClientSettings.Own.Contains(setting.Key)).OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            if (KafkaClientSettings.FaultOf(setting, value) is { } fault)
            {
                yield return $"ClientSettings has '{setting}', which the client does not take: {fault}. Correct it, or leave it out.";
            }
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }
    }

    // The client takes what it does not know for no server at all, and says so in its log only.
    private static bool IsServer(string server)
    {
        var protocol = Protocols.FirstOrDefault(known => server.StartsWith(known, StringComparison.OrdinalIgnoreCase)) ?? "";
        var address = server[protocol.Length..];
        var colon = address.LastIndexOf(':');
        var hasPort = colon > address.LastIndexOf(']');
        return address.Length > 0 && colon != 0 && !address.Contains('/', StringComparison.Ordinal)
            && (!hasPort || (ushort.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0));
    }

    private static IEnumerable<string> AuthenticationFaults(KafkaTransportOptions options)
    {
        var needsPassword = options.Authentication is KafkaAuthentication.Plain or KafkaAuthentication.ScramSha256 or KafkaAuthentication.ScramSha512;
        if (!Enum.IsDefined(options.Authentication))
        {
            yield return $"Authentication is {options.Authentication}. Use one of {string.Join(", ", Enum.GetNames<KafkaAuthentication>())}.";
        }

        if (needsPassword && (string.IsNullOrEmpty(options.Username) || string.IsNullOrEmpty(options.Password)))
        {
            yield return $"Authentication is {options.Authentication}, which needs Username and Password.";
        }

        if (!needsPassword && (options.Username is not null || options.Password is not null))
        {
            yield return $"Username or Password is set, and Authentication is {options.Authentication}. Set it to Plain, ScramSha256 or ScramSha512, or leave them out.";
        }

        if (options.Authentication == KafkaAuthentication.OAuthBearer && options.TokenProvider is null)
        {
            yield return "Authentication is OAuthBearer, which needs a TokenProvider.";
        }
    }

    private static IEnumerable<string> RangeFaults(KafkaTransportOptions options) => new[]
        {
            Fault(nameof(options.Linger), options.Linger, TimeSpan.Zero, TimeSpan.FromSeconds(1)),
            Fault(nameof(options.DeliveryTimeout), options.DeliveryTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            Fault(nameof(options.CommitInterval), options.CommitInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            Fault(nameof(options.RevokeTimeout), options.RevokeTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(4)),
            Fault(nameof(options.StuckAfter), options.StuckAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            Fault(nameof(options.SessionTimeout), options.SessionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)),
            Fault(nameof(options.TransactionTimeout), options.TransactionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15)),
            Fault(nameof(options.MaxMessageBytes), options.MaxMessageBytes, 1_000, 1_000_000_000),
            Fault(nameof(options.MaxUncommitted), options.MaxUncommitted, 1, int.MaxValue),
            Fault(nameof(options.FetchAheadBytes), options.FetchAheadBytes, 1024 * 1024, 1024 * 1024 * 1024),
            options.Partitions is { } partitions ? Fault(nameof(options.Partitions), partitions, 1, 100_000) : null,
            options.ReplicationFactor is { } copies ? Fault(nameof(options.ReplicationFactor), copies, (short)1, (short)100) : null,
        }.OfType<string>();

    private static IEnumerable<string> OtherFaults(KafkaTransportOptions options)
    {
        if (options.Linger >= options.DeliveryTimeout || options.Linger >= options.TransactionTimeout)
        {
            yield return $"Linger is {options.Linger}, which leaves no time to send anything within DeliveryTimeout and TransactionTimeout. Make it shorter than both.";
        }

        if (options.GroupInstanceId is { } instance && !KafkaTopology.IsValidName(instance))
        {
            yield return $"GroupInstanceId is '{instance}'. Use letters, digits, full stops, hyphens and underscores.";
        }
    }

    private static string? Fault<T>(string name, T value, T least, T most)
        where T : IComparable<T>, IFormattable =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name} is {value}. Use {least} to {most}.")
            : null;
}
