using Amazon.Runtime;

namespace Messaging.Kit.EventBridge;

/// <summary>
/// What the kit asks of Amazon EventBridge: of the buses with rules and targets, which AWS calls classic by now. The kit has a client of
/// its own; one over the SDK's package for EventBridge is some tens of lines, and is written out in the package's README.
/// </summary>
/// <remarks>
/// <para>
/// Implementations are safe for concurrent use. Arguments are checked by the service; the limits that are quoted here are those of its
/// API reference of November 2026. Where a bus is asked for, it is a name or an ARN, and <see langword="null"/> stands for the default bus.
/// </para>
/// <para>
/// A call that the service refuses throws an <see cref="AmazonServiceException"/> with the service's code
/// (<c>ResourceNotFoundException</c>, <c>ThrottlingException</c>, <c>AccessDeniedException</c>, ...) and the HTTP status; an answer that
/// cannot be read throws an <see cref="AmazonUnmarshallingException"/>, and what became of that call nobody knows. Without credentials it
/// is an <see cref="AmazonClientException"/>. What the network throws, and an <see cref="OperationCanceledException"/>, pass through.
/// </para>
/// </remarks>
public interface IEventBridgeClient
{
    /// <summary>Puts up to 10 events, of less than 1 MB in all; see <see cref="EventBridgeEntry"/> for what counts.</summary>
    /// <param name="entries">The events. They and their memory stay as they are until the call has ended.</param>
    /// <param name="cancellationToken">Ends the call; what became of the events is then unknown.</param>
    /// <returns>An outcome for each entry, in the same order.</returns>
    /// <exception cref="ArgumentException">A detail is not UTF-8.</exception>
    Task<IReadOnlyList<EventBridgeOutcome>> PutEventsAsync(IReadOnlyList<EventBridgeEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Describes a bus.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The bus.</returns>
    Task<EventBridgeBus> DescribeEventBusAsync(string? bus, CancellationToken cancellationToken = default);

    /// <summary>Creates a bus; one of the same name that is there already is refused with <c>ResourceAlreadyExistsException</c>.</summary>
    /// <param name="name">The name: up to 256 letters, digits, periods, hyphens and underscores.</param>
    /// <param name="description">A description, up to 512 characters.</param>
    /// <param name="kmsKeyIdentifier">The key that encrypts the events; <see langword="null"/> for one of AWS's own.</param>
    /// <param name="tags">Tags.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The bus's ARN.</returns>
    Task<string> CreateEventBusAsync(
        string name,
        string? description = null,
        string? kmsKeyIdentifier = null,
        IReadOnlyDictionary<string, string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes a bus, whose rules must be gone. One that is not there is deleted already.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task DeleteEventBusAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Creates a rule, or replaces the one of the same name, whose targets stay.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="tags">Tags; they count only where the rule is created.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The rule's ARN.</returns>
    Task<string> PutRuleAsync(EventBridgeRule rule, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Describes a rule.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="name">The rule's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The rule.</returns>
    Task<EventBridgeRule> DescribeRuleAsync(string? bus, string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes a rule, whose targets must be gone. One that is not there is deleted already.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="name">The rule's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task DeleteRuleAsync(string? bus, string name, CancellationToken cancellationToken = default);

    /// <summary>Lists the rules of a bus, page by page.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="namePrefix">How their names begin; <see langword="null"/> for all.</param>
    /// <param name="nextToken">Where to go on, from the page before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Rules.</returns>
    Task<EventBridgePage<EventBridgeRule>> ListRulesAsync(
        string? bus, string? namePrefix = null, string? nextToken = null, CancellationToken cancellationToken = default);

    /// <summary>Adds up to 10 targets to a rule, or replaces those of the same ids.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The targets that were refused.</returns>
    Task<IReadOnlyList<EventBridgeTargetFailure>> PutTargetsAsync(
        string? bus, string rule, IReadOnlyList<EventBridgeTarget> targets, CancellationToken cancellationToken = default);

    /// <summary>Lists the targets of a rule, page by page.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="nextToken">Where to go on, from the page before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Targets.</returns>
    Task<EventBridgePage<EventBridgeTarget>> ListTargetsByRuleAsync(
        string? bus, string rule, string? nextToken = null, CancellationToken cancellationToken = default);

    /// <summary>Takes targets away from a rule.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="ids">The targets' ids.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The targets that could not be taken away.</returns>
    Task<IReadOnlyList<EventBridgeTargetFailure>> RemoveTargetsAsync(
        string? bus, string rule, IReadOnlyList<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Creates an archive of a bus; one of the same name that is there already is refused with <c>ResourceAlreadyExistsException</c>.</summary>
    /// <param name="archive">The archive; what the service sets itself is ignored.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The archive's ARN.</returns>
    Task<string> CreateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default);

    /// <summary>Describes an archive.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The archive.</returns>
    Task<EventBridgeArchive> DescribeArchiveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Changes the description, the pattern and the retention of an archive; what is <see langword="null"/> stays as it is.</summary>
    /// <param name="archive">The archive; what cannot be changed is ignored.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task UpdateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default);

    /// <summary>Deletes an archive and what is in it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task DeleteArchiveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Starts to put the events of an archive into their bus again, in no order.</summary>
    /// <param name="replay">The replay; what the service sets itself is ignored.</param>
    /// <param name="cancellationToken">Ends the call; the replay goes on.</param>
    /// <returns>The replay's ARN.</returns>
    Task<string> StartReplayAsync(EventBridgeReplay replay, CancellationToken cancellationToken = default);

    /// <summary>Describes a replay.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The replay.</returns>
    Task<EventBridgeReplay> DescribeReplayAsync(string name, CancellationToken cancellationToken = default);
}
