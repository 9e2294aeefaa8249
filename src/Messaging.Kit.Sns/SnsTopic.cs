using System.Buffers;
using Amazon;
using Amazon.Runtime;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns;

/// <summary>One topic by name or ARN: who it is, where it is, and calls to it.</summary>
/// <param name="topic">Its name or ARN.</param>
/// <param name="client">The client that reaches it.</param>
/// <param name="accountId">The account, when it is known: then a name is enough to make the ARN.</param>
internal sealed class SnsTopic(string topic, ISnsClient client, string? accountId)
{
    public const string NameRule = "A topic's name has 1 to 256 letters, digits, hyphens and underscores, the suffix .fifo of a FIFO topic included.";

    /// <summary>The least that <c>MaximumMessageSize</c> can be.</summary>
    public const int LeastBytes = 1_024;

    /// <summary>What a topic takes that says nothing else.</summary>
    public const int DefaultBytes = 262_144;

    /// <summary>The most that <c>MaximumMessageSize</c> can be.</summary>
    public const int MostBytes = 1_048_576;

    private const string FifoSuffix = ".fifo";
    private const int LongestName = 256;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private volatile string? _arn = IsArn(topic) ? topic : ArnOf(topic, client, accountId);

    public ISnsClient Client => client;

    public string Name { get; } = NameOf(topic);

    public bool IsFifo { get; } = IsFifoName(topic);

    /// <summary>Whether it was named by its ARN; such a topic may be in another account.</summary>
    public bool HasFixedArn { get; } = IsArn(topic);

    public static bool IsFifoName(string topic) => topic.EndsWith(FifoSuffix, StringComparison.Ordinal);

    public static bool IsArn(string topic) => topic.StartsWith("arn:", StringComparison.Ordinal);

    public static string NameOf(string topic) => IsArn(topic) && topic[(topic.LastIndexOf(':') + 1)..] is { Length: > 0 } name ? name : topic;

    public static bool IsValidName(string name)
    {
        var stem = IsFifoName(name) ? name.AsSpan(0, name.Length - FifoSuffix.Length) : name;
        return !stem.IsEmpty && name.Length <= LongestName && stem.IndexOfAnyExcept(NameCharacters) < 0;
    }

    /// <summary>The topic's ARN, which is looked up once.</summary>
    /// <exception cref="TransportException">It could not be found out.</exception>
    public async ValueTask<string> GetArnAsync(CancellationToken cancellationToken) => _arn ??= await FindArnAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Calls SNS with the topic's ARN and translates what it throws.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token ended the call.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string action, Func<ISnsClient, string, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
    {
        var arn = await GetArnAsync(cancellationToken).ConfigureAwait(false);
        return await TranslateAsync(action, () => call(client, arn, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates the topic; a topic of the same name and attributes that is there already is as good.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task CreateAsync(IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) =>
        _arn = await TranslateAsync("CreateTopic", () => client.CreateTopicAsync(Name, attributes, null, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the attributes of the topic; one that it does not have is not in the answer.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public Task<IReadOnlyDictionary<string, string>> ReadAttributesAsync(CancellationToken cancellationToken) =>
        CallAsync("GetTopicAttributes", (client, arn, token) => client.GetTopicAttributesAsync(arn, token), cancellationToken);

    private static string? ArnOf(string name, ISnsClient client, string? accountId) =>
        accountId is not null && (client as AmazonServiceClient)?.Config is { } config && (config.RegionEndpoint?.SystemName ?? config.AuthenticationRegion) is { } region
            ? $"arn:{RegionEndpoint.GetBySystemName(region).PartitionName}:sns:{region}:{accountId}:{name}"
            : null;

    private async Task<string> FindArnAsync(CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await ListAsync(next, cancellationToken).ConfigureAwait(false);
            if (page.Items.FirstOrDefault(arn => NameOf(arn) == Name) is { } found)
            {
                return found;
            }

            next = page.NextToken;
        }
        while (next is not null);
        throw new TransportException(
            FailureKind.NotFound, $"There is no topic '{Name}'. Create the topic, or set Topology to Create; check the region and the account, or name a topic of another account by its ARN.");
    }

    private async Task<SnsPage<string>> ListAsync(string? next, CancellationToken cancellationToken)
    {
        try
        {
            return await TranslateAsync("ListTopics", () => client.ListTopicsAsync(next, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.Denied)
        {
            throw new TransportException(
                FailureKind.Denied,
                $"The ARN of topic '{Name}' could not be looked up: {exception.Message} Set AccountId, or name the topic by its ARN; then nothing is looked up.",
                exception)
            {
                Code = exception.Code,
            };
        }
    }

    private async Task<TResponse> TranslateAsync<TResponse>(string action, Func<Task<TResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw SnsErrors.Translate(exception, action, Name);
        }
    }
}
