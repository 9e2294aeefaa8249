using System.Globalization;
using Messaging.Kit.Aws;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sns;

/// <summary>Reports every fault of the options at once, before anything connects.</summary>
internal sealed class SnsTransportOptionsValidator : IValidateOptions<SnsTransportOptions>
{
    private const int AccountDigits = 12;

    public ValidateOptionsResult Validate(string? name, SnsTransportOptions options)
    {
        var faults = new List<string>(options.ConfigurationFaults);
        faults.AddRange(Faults(options));
        if (faults.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        var where = string.IsNullOrEmpty(name) ? "SNS" : $"SNS topic {name}";
        return ValidateOptionsResult.Fail(faults.Select(fault => $"{where}: {fault}"));
    }

    /// <summary>What is wrong with options, but for what configuration says.</summary>
    public static IEnumerable<string> Faults(SnsTransportOptions options)
    {
        foreach (var fault in AwsEndpoint.FaultsOf(options, options.Client is not null, SnsServiceClient.Host))
        {
            yield return fault;
        }

        if (options.AccountId is { } account && (account.Length != AccountDigits || !account.All(char.IsAsciiDigit)))
        {
            yield return $"AccountId is '{account}'. Use the 12 digits of an AWS account.";
        }

        if (options.Subject is not null && !SnsMessage.IsSubject(options.Subject))
        {
            yield return $"Subject is '{options.Subject}'. Use 1 to 99 printable characters of ASCII, the first no space.";
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        if (options.MaximumMessageSize is < SnsTopic.LeastBytes or > SnsTopic.MostBytes)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"MaximumMessageSize is {options.MaximumMessageSize}. Use {SnsTopic.LeastBytes} to {SnsTopic.MostBytes}.");
        }

        if (options.KmsKeyId is not null && string.IsNullOrWhiteSpace(options.KmsKeyId))
        {
            yield return "KmsKeyId is blank. Name a key, or leave it out.";
        }
    }
}
