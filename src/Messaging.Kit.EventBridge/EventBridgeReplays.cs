using Messaging.Kit.Messages;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge;

/// <summary>Puts events of an archive into their bus again. Of the application's services, wherever EventBridge is used; safe for concurrent use.</summary>
/// <remarks>
/// It reaches EventBridge by the options of the whole application (<c>UseEventBridge</c>, <c>Messaging:EventBridge</c>); <see cref="With"/> puts those of
/// one bus on top.
/// Events come in no order, with the ids that they had: what drops duplicates drops them, if it still remembers. A consumer sees by the
/// header <c>replayname</c> that a message is one of a replay. What is younger than ten minutes may not be in the archive yet.
/// </remarks>
public sealed class EventBridgeReplays
{
    private readonly EventBridgeClients _clients;
    private readonly IOptionsFactory<EventBridgeTransportOptions> _options;
    private readonly Action<EventBridgeTransportOptions>? _configure;

    internal EventBridgeReplays(EventBridgeClients clients, IOptionsFactory<EventBridgeTransportOptions> options, Action<EventBridgeTransportOptions>? configure = null) =>
        (_clients, _options, _configure) = (clients, options, configure);

    /// <summary>Replays for a bus that is reached in a way of its own, in another region for one.</summary>
    /// <param name="configure">Sets the options that the bus was registered with, on top of the application's; it runs at every call.</param>
    /// <returns>The replays of such buses; these here are as they were.</returns>
    public EventBridgeReplays With(Action<EventBridgeTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return new(_clients, _options, _configure + configure);
    }

    /// <summary>Starts a replay.</summary>
    /// <param name="archive">The archive's name.</param>
    /// <param name="from">The time of the first events.</param>
    /// <param name="to">The time of the last.</param>
    /// <param name="rules">The names of the rules that see the events; all of them when none is named.</param>
    /// <param name="cancellationToken">Ends the call; a replay that has been started goes on.</param>
    /// <returns>The replay, which has a name of its own.</returns>
    /// <exception cref="TransportException">There is no such archive or rule, or EventBridge cannot be reached or refuses.</exception>
    public async Task<EventBridgeReplay> StartAsync(
        string archive, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<string>? rules = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(archive);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        var account = Open(archive);
        var found = await account.CallAsync("DescribeArchive", (client, token) => client.DescribeArchiveAsync(archive, token), cancellationToken).ConfigureAwait(false);
        var bus = found.EventSourceArn ?? throw new TransportException(FailureKind.Permanent, $"EventBridge does not say which bus the archive '{archive}' is of.");
        var arns = new List<string>();
        foreach (var name in rules ?? [])
        {
            var rule = await account.CallAsync("DescribeRule", (client, token) => client.DescribeRuleAsync(EventBridgeConnection.NameOf(bus), name, token), cancellationToken).ConfigureAwait(false);
            arns.Add(rule.Arn ?? throw new TransportException(FailureKind.Permanent, $"EventBridge does not say the ARN of rule '{name}'."));
        }

        var replay = new EventBridgeReplay(EventBridgeNames.Fit($"{archive}-{Guid.CreateVersion7():n}"), found.Arn ?? ArnOf(bus, archive), bus, from, to)
        {
            FilterArns = arns.Count == 0 ? null : arns,
        };
        await account.CallAsync("StartReplay", (client, token) => client.StartReplayAsync(replay, token), cancellationToken).ConfigureAwait(false);
        return await GetAsync(replay.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says how far a replay is.</summary>
    /// <param name="name">The replay's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The replay, with its state.</returns>
    /// <exception cref="TransportException">There is no such replay, or EventBridge cannot be reached or refuses.</exception>
    public Task<EventBridgeReplay> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Open(name).CallAsync("DescribeReplay", (client, token) => client.DescribeReplayAsync(name, token), cancellationToken);
    }

    // Service and account are what counts here; the name is what errors speak of.
    private EventBridgeConnection Open(string name)
    {
        var options = _options.Create(Options.DefaultName);
        _configure?.Invoke(options);
        return _clients.Open(options, name);
    }

    // arn:aws:events:region:account:event-bus/name
    private static string ArnOf(string bus, string archive) => $"{bus[..bus.LastIndexOf(':')]}:archive/{archive}";
}
