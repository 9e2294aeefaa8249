using System.Globalization;
using Messaging.Kit.Aws;
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

    private static IEnumerable<string> Faults(SqsTransportOptions options)
    {
        foreach (var fault in AwsEndpoint.FaultsOf(options, options.Client is not null, SqsQueue.Host))
        {
            yield return fault;
        }

        foreach (var fault in DurationFaults(options))
        {
            yield return fault;
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        foreach (var fault in SqsRegistration.FaultsOfDeadLetters(options.RedriveTo))
        {
            yield return fault;
        }

        if (options.MaxReceiveCount is < 1 or > 1000)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"MaxReceiveCount is {options.MaxReceiveCount}. Use 1 to 1000.");
        }

        if (options.KmsKeyId is not null && string.IsNullOrWhiteSpace(options.KmsKeyId))
        {
            yield return "KmsKeyId is blank. Name a key, or leave it out.";
        }

        foreach (var twice in options.Feeds.GroupBy(feed => feed.Origin).Where(same => same.Count() > 1))
        {
            yield return $"{twice.Key}: it is there {twice.Count()} times. Leave out what is too many, or give rules names of their own.";
        }

        foreach (var fault in options.Feeds.SelectMany(feed => feed.Faults().Select(fault => $"{feed.Origin}: {fault}")))
        {
            yield return fault;
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
