using Amazon.SQS;
using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Twins;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Load.Transports;

/// <summary>Queues of SQS, standard or FIFO.</summary>
internal sealed class SqsTransport : LoadTransport
{
    /// <summary>Short, because the kit and its twins wait for their last receive when a phase is over.</summary>
    public static readonly TimeSpan WaitTime = TimeSpan.FromSeconds(1);

    private readonly Options _options;
    private readonly AwsConnection _connection;
    private readonly IAmazonSQS _client;

    public SqsTransport(Options options)
    {
        _options = options;
        _connection = new(options, "elasticmq", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL");
        _client = _connection.Connect<IAmazonSQS>();
        Twins = [new SqsTwin(_client, isBatched: false), new SqsTwin(_client, isBatched: true)];
    }

    public override string Endpoint => _connection.Description;

    public override IReadOnlyList<Contender> Twins { get; }

    public override string NewChannel() => base.NewChannel() + (_options.IsFifo ? ".fifo" : "");

    public override TransportDestination To(DestinationBuilder to, string channel) => to.Sqs(channel);

    public override TransportSource From(SourceBuilder from, string channel) => from.Sqs(channel);

    public override void Configure(MessagingBuilder kit) => kit.UseSqs(sqs =>
    {
        sqs.WaitTime = WaitTime;
        sqs.ServiceUrl = _connection.ServiceUrl;
        sqs.Client = _connection.IsStub ? _client : null;
    });

    // The stub has every queue that is asked for.
    public override Task CreateAsync(string channel, CancellationToken cancellationToken) =>
        _connection.IsStub ? Task.CompletedTask : base.CreateAsync(channel, cancellationToken);

    public override async Task DeleteAsync(string channel) => await _client.DeleteQueueAsync((await _client.GetQueueUrlAsync(channel)).QueueUrl);

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return base.DisposeAsync();
    }
}
