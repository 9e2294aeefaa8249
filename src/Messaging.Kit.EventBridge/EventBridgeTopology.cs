using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.EventBridge;

/// <summary>Compares a bus and its archive with the options, or creates what is missing; never changes what is there.</summary>
/// <param name="bus">The bus.</param>
/// <param name="options">What the registration says of it.</param>
/// <param name="logger">Is told what could not be found out.</param>
internal sealed partial class EventBridgeTopology(EventBridgeConnection bus, EventBridgeTransportOptions options, ILogger<EventBridgeTopology> logger)
{
    private readonly List<string> _differences = [];

    /// <summary>Does the work; once for each object.</summary>
    /// <param name="mode">What the application does with all of its buses; the bus's own options go before.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Every difference; that the bus is missing is one in every mode, for its events would be lost.</returns>
    public async ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
            return _differences;
        }

        var actual = await bus.FindAsync(cancellationToken).ConfigureAwait(false);
        if (actual is null && mode == TopologyMode.Create && bus.MayBeCreated)
        {
            await bus.CreateAsync("CreateEventBus", (client, token) => client.CreateEventBusAsync(bus.Name, null, options.KmsKeyId, null, token), cancellationToken).ConfigureAwait(false);
            actual = await bus.FindAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"Bus '{bus.Name}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            AddMissing();
            return _differences;
        }

        if (options.KmsKeyId is { } key && key != actual.KmsKeyIdentifier)
        {
            _differences.Add($"Bus '{bus.Name}' has the key {actual.KmsKeyIdentifier ?? "of AWS"}, and the registration says {key}. Change one of them.");
        }

        if (options.Archive is { } archive)
        {
            await ApplyArchiveAsync(archive, actual.Arn, mode, cancellationToken).ConfigureAwait(false);
        }

        return _differences;
    }

    /// <summary>An archive of the bus.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="busArn">The ARN of the bus.</param>
    /// <param name="options">What is said of the bus.</param>
    public static EventBridgeArchive Describe(string name, string busArn, EventBridgeTransportOptions options) =>
        new(name) { EventSourceArn = busArn, EventPattern = options.ArchivePattern?.Json, RetentionDays = (int?)options.ArchiveRetention?.TotalDays };

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!bus.IsDefault && await bus.FindAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                AddMissing();
            }
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.Denied)
        {
            LogUnknown(bus.Name, exception.Message);
        }
    }

    private void AddMissing()
    {
        var advice = EventBridgeConnection.IsPartnersName(bus.Name) ? "Associate it with the partner's event source; the kit does not."
            : bus.HasFixedArn ? "Create it; a bus that is named by its ARN is never created by the kit." : "Create it, or set Topology to Create.";
        _differences.Add($"Bus '{bus.Name}' does not exist, and EventBridge drops what is published to it. {advice}");
    }

    private async Task ApplyArchiveAsync(string name, string busArn, TopologyMode mode, CancellationToken cancellationToken)
    {
        var wanted = Describe(name, busArn, options);
        var actual = await FindArchiveAsync(name, cancellationToken).ConfigureAwait(false);
        if (actual is null && mode == TopologyMode.Create)
        {
            await bus.CreateAsync("CreateArchive", (client, token) => client.CreateArchiveAsync(wanted, token), cancellationToken).ConfigureAwait(false);
            actual = await FindArchiveAsync(name, cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"Archive '{name}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            _differences.Add($"Archive '{name}' of bus '{bus.Name}' does not exist. Create it, or set Topology to Create.");
            return;
        }

        Compare("bus", busArn, actual.EventSourceArn, busArn == actual.EventSourceArn);
        Compare("pattern", wanted.EventPattern, actual.EventPattern, wanted.EventPattern is null || JsonText.IsSame(wanted.EventPattern, actual.EventPattern));
        Compare("retention in days", $"{wanted.RetentionDays}", $"{actual.RetentionDays}", wanted.RetentionDays is null || wanted.RetentionDays == actual.RetentionDays);

        void Compare(string what, string? wanted, string? found, bool isSame)
        {
            if (!isSame)
            {
                _differences.Add($"Archive '{name}' has the {what} {(string.IsNullOrEmpty(found) ? "not set" : found)}, and the registration says {wanted}. Change one of them.");
            }
        }
    }

    private Task<EventBridgeArchive?> FindArchiveAsync(string name, CancellationToken cancellationToken) =>
        bus.FindAsync("DescribeArchive", (client, token) => client.DescribeArchiveAsync(name, token), cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Whether there is a bus {Bus} could not be found out; if there is none, events are lost without a word: {Reason}")]
    private partial void LogUnknown(string bus, string reason);
}
