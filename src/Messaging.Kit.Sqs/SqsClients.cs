using Amazon.SQS;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs;

/// <summary>The application's clients: one for each way to reach SQS, and that is nearly always one.</summary>
internal sealed class SqsClients(IServiceProvider services) : AwsClients<IAmazonSQS, IAmazonSQS>(services, "SQS", SqsQueue.Host, CallTimeout)
{
    // The longest poll and a margin.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The client for a queue.</summary>
    /// <param name="options">The queue's options.</param>
    /// <param name="queue">Its name or URL; a URL of AWS tells the region when nothing else does.</param>
    /// <exception cref="MessagingException">There is no way to reach SQS; the text says what is missing.</exception>
    public IAmazonSQS Get(SqsTransportOptions options, string queue) => Get(options, options.Client, SqsQueue.RegionOf(queue));

    protected override string? RegionOf(string url) => SqsQueue.RegionOf(url);
}
