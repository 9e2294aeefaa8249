using System.Buffers;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs;

/// <summary>One queue by name or URL: who it is, where it is, and calls to it.</summary>
internal sealed class SqsQueue(string queue, IAmazonSQS client)
{
    public const string NameRule = "A queue's name has 1 to 80 letters, digits, hyphens and underscores, the suffix .fifo of a FIFO queue included.";

    /// <summary>How AWS calls the service in its hosts.</summary>
    public const string Host = "sqs";

    private const string FifoSuffix = ".fifo";
    private const int LongestName = 80;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private volatile string? _url = IsUrl(queue) ? queue : null;

    public IAmazonSQS Client => client;

    public string Name { get; } = NameOf(queue);

    public bool IsFifo { get; } = IsFifoName(queue);

    /// <summary>Whether it was named by its URL; such a queue may be in another account.</summary>
    public bool HasFixedUrl { get; } = IsUrl(queue);

    public static bool IsFifoName(string queue) => queue.EndsWith(FifoSuffix, StringComparison.Ordinal);

    public static bool IsUrl(string queue) => queue.Contains("://", StringComparison.Ordinal);

    public static string NameOf(string queue) => IsUrl(queue) && queue[(queue.LastIndexOf('/') + 1)..] is { Length: > 0 } name ? name : queue;

    public static bool IsValidName(string name)
    {
        var stem = IsFifoName(name) ? name.AsSpan(0, name.Length - FifoSuffix.Length) : name;
        return !stem.IsEmpty && name.Length <= LongestName && stem.IndexOfAnyExcept(NameCharacters) < 0;
    }

    /// <summary>
    /// The region that a host of AWS names, or <see langword="null"/>: <c>sqs.eu-west-1.amazonaws.com</c>, its FIPS, dual-stack and
    /// VPC forms, and the old <c>eu-west-1.queue.amazonaws.com</c>.
    /// </summary>
    public static string? RegionOf(string url) =>
        AwsEndpoint.RegionOf(url, Host) ?? (AwsEndpoint.LabelsOf(url) is [_, "queue", ..] and var labels ? AwsEndpoint.RegionAt(labels, 0) : null);

    /// <summary>The queue's URL, asked for once and again when the queue was not there.</summary>
    /// <exception cref="TransportException">It could not be found out.</exception>
    public async ValueTask<string> GetUrlAsync(CancellationToken cancellationToken) =>
        _url ??= await TranslateAsync(
            "GetQueueUrl",
            async () => (await client.GetQueueUrlAsync(Name, cancellationToken).ConfigureAwait(false)).QueueUrl,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Calls SQS with the queue's URL and translates what it throws.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token ended the call.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string action, Func<IAmazonSQS, string, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
    {
        var url = await GetUrlAsync(cancellationToken).ConfigureAwait(false);
        return await TranslateAsync(action, () => call(client, url, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates the queue; a queue of the same name and attributes that is there already is as good.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task CreateAsync(Dictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        var request = new CreateQueueRequest(Name) { Attributes = attributes };
        var response = await TranslateAsync("CreateQueue", () => client.CreateQueueAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        _url = response.QueueUrl;
    }

    /// <summary>Reads attributes of the queue; one that it does not have is not in the answer.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadAttributesAsync(List<string> names, CancellationToken cancellationToken)
    {
        var response = await CallAsync(
            "GetQueueAttributes",
            (client, url, token) => client.GetQueueAttributesAsync(url, names, token),
            cancellationToken).ConfigureAwait(false);
        return response.Attributes ?? [];
    }

    /// <summary>Sets an attribute of the queue.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task SetAttributeAsync(string name, string value, CancellationToken cancellationToken) => await CallAsync(
        "SetQueueAttributes",
        (client, url, token) => client.SetQueueAttributesAsync(new SetQueueAttributesRequest(url, new() { [name] = value }), token),
        cancellationToken).ConfigureAwait(false);

    private async Task<TResponse> TranslateAsync<TResponse>(string action, Func<Task<TResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            var failure = SqsErrors.Translate(exception, action, Name);
            if (failure.Kind == FailureKind.NotFound && !HasFixedUrl)
            {
                // The queue may come back under another URL, so the next call asks for it.
                _url = null;
            }

            throw failure;
        }
    }
}
