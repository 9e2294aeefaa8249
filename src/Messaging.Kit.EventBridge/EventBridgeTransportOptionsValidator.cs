using Messaging.Kit.Aws;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge;

/// <summary>Reports every fault of the options at once, before anything connects.</summary>
internal sealed class EventBridgeTransportOptionsValidator : IValidateOptions<EventBridgeTransportOptions>
{
    private const int LongestArchiveName = 48;

    public ValidateOptionsResult Validate(string? name, EventBridgeTransportOptions options)
    {
        var faults = new List<string>(options.ConfigurationFaults);
        faults.AddRange(Faults(options));
        if (faults.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        var where = string.IsNullOrEmpty(name) ? "EventBridge" : $"EventBridge bus {name}";
        return ValidateOptionsResult.Fail(faults.Select(fault => $"{where}: {fault}"));
    }

    /// <summary>What is wrong with options, but for what configuration says.</summary>
    public static IEnumerable<string> Faults(EventBridgeTransportOptions options)
    {
        foreach (var fault in AwsEndpoint.FaultsOf(options, options.Client is not null, EventBridgeServiceClient.Host))
        {
            yield return fault;
        }

        if (options.Resources.FirstOrDefault(resource => resource?.Length > CloudEventsResource.Longest) is { } longest)
        {
            yield return $"Resources has one of {longest.Length} characters. EventBridge takes {CloudEventsResource.Longest}.";
        }

        if (options.Resources.Any(string.IsNullOrWhiteSpace))
        {
            yield return "Resources has one that is blank. Name what the events are about, or leave it out.";
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        if (options.KmsKeyId is not null && string.IsNullOrWhiteSpace(options.KmsKeyId))
        {
            yield return "KmsKeyId is blank. Name a key, or leave it out.";
        }

        if (options.Archive is not null && !EventBridgeNames.IsValid(options.Archive, LongestArchiveName))
        {
            yield return $"Archive is '{options.Archive}'. Use 1 to {LongestArchiveName} letters, digits, periods, hyphens and underscores.";
        }

        if (options.Archive is null && (options.AllowReplays || (options.ArchivePattern ?? (object?)options.ArchiveRetention) is not null))
        {
            yield return "ArchivePattern, ArchiveRetention or AllowReplays is set, and Archive is not. Name the archive, or leave them out.";
        }

        foreach (var fault in options.ArchivePattern?.FindFaults(EventPatternDialect.EventBridge) ?? [])
        {
            yield return $"ArchivePattern is '{options.ArchivePattern}': {fault}";
        }

        if (options.ArchiveRetention is { } retention && (retention < TimeSpan.FromDays(1) || retention.Ticks % TimeSpan.TicksPerDay != 0))
        {
            yield return $"ArchiveRetention is {retention}. Use 1 day or more, in whole days.";
        }
    }
}
