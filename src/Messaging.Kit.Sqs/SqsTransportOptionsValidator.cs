using System.Globalization;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sqs;

/// <summary>Reports every fault of the options at once, before anything connects.</summary>
internal sealed class SqsTransportOptionsValidator : IValidateOptions<SqsTransportOptions>
{
    public ValidateOptionsResult Validate(string? name, SqsTransportOptions options)
    {
        var faults = new List<string>(options.ConfigurationFaults);
        faults.AddRange(Faults(options));
        if (faults.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        var where = string.IsNullOrEmpty(name) ? "SQS" : $"SQS queue {name}";
        return ValidateOptionsResult.Fail(faults.Select(fault => $"{where}: {fault}"));
    }

    /// <summary>Why an endpoint may not be used, or <see langword="null"/> when it may.</summary>
    public static string? EndpointFault(string url, bool allowInsecureHttp)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            return $"The endpoint '{url}' is not a URL. Write it like https://sqs.eu-west-1.amazonaws.com.";
        }

        return uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback && !allowInsecureHttp
            ? $"The endpoint '{url}' is not encrypted. Use https, or set AllowInsecureHttp when it is an emulator on a network you trust."
            : null;
    }

    private static IEnumerable<string> Faults(SqsTransportOptions options)
    {
        if (options.ServiceUrl is not null && EndpointFault(options.ServiceUrl, options.AllowInsecureHttp) is { } endpoint)
        {
            yield return endpoint;
        }

        if (options.Client is not null && (options.ServiceUrl is not null || options.Region is not null))
        {
            yield return "Client is set together with ServiceUrl or Region. A client that is handed in has its own: set one or the other.";
        }

        if (options.Region is not null && string.IsNullOrWhiteSpace(options.Region))
        {
            yield return "Region is blank. Name one such as eu-west-1, or leave it out.";
        }

        if (options.ConnectTimeout < TimeSpan.FromMilliseconds(100) || options.ConnectTimeout > TimeSpan.FromMinutes(1))
        {
            yield return $"ConnectTimeout is {options.ConnectTimeout}. Use 100 ms to 1 minute.";
        }

        foreach (var fault in DurationFaults(options))
        {
            yield return fault;
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        if (options.RedriveTo is not null && !SqsQueue.IsValidName(options.RedriveTo))
        {
            yield return $"RedriveTo is '{options.RedriveTo}'. {SqsQueue.NameRule}";
        }

        if (options.MaxReceiveCount is < 1 or > 1000)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"MaxReceiveCount is {options.MaxReceiveCount}. Use 1 to 1000.");
        }

        if (options.KmsKeyId is not null && string.IsNullOrWhiteSpace(options.KmsKeyId))
        {
            yield return "KmsKeyId is blank. Name a key, or leave it out.";
        }
    }

    private static IEnumerable<string> DurationFaults(SqsTransportOptions options) => new[]
        {
            DurationFault(nameof(options.WaitTime), options.WaitTime, TimeSpan.Zero, TimeSpan.FromSeconds(20)),
            DurationFault(nameof(options.VisibilityTimeout), options.VisibilityTimeout, TimeSpan.FromSeconds(1), SqsReceivedEnvelope.LongestLease),
            DurationFault(nameof(options.Retention), options.Retention, TimeSpan.FromMinutes(1), SqsTopology.LongestRetention),
            DurationFault(nameof(options.Delay), options.Delay, TimeSpan.Zero, SqsMessage.LongestDelay),
        }.OfType<string>();

    private static string? DurationFault(string name, TimeSpan? value, TimeSpan least, TimeSpan most) =>
        value is { } duration && (duration < least || duration > most || duration.Ticks % TimeSpan.TicksPerSecond != 0)
            ? $"{name} is {duration}. Use {least} to {most}, in whole seconds."
            : null;
}
