using Amazon.SQS;
using Messaging.Kit.Benchmarks.Stubs;
using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Twins;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Sns;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Load.Transports;

/// <summary>A topic of SNS with a queue of the same name that is subscribed to it.</summary>
internal sealed class SnsTransport : LoadTransport
{
    private readonly Options _options;
    private readonly AwsConnection _connection;
    private readonly SnsServiceClient _sns;
    private readonly IAmazonSQS _sqs;

    public SnsTransport(Options options)
    {
        _options = options;
        _connection = new(options, "ministack", "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL");
        (_sns, _sqs) = (_connection.Connect<SnsServiceClient>(), _connection.Connect<IAmazonSQS>());
        Twins = [new SnsTwin(_sns, _sqs, isBatched: false), new SnsTwin(_sns, _sqs, isBatched: true)];
    }

    public override string Endpoint => _connection.Description;

    public override bool Delivers => !_connection.IsStub;

    public override IReadOnlyList<Contender> Twins { get; }

    public override string NewChannel()
    {
        var name = base.NewChannel() + (_options.IsFifo ? ".fifo" : "");
        return _connection.IsStub ? StubAws.TopicOf(name) : name;
    }

    public override TransportDestination To(DestinationBuilder to, string channel) => to.Sns(channel);

    public override TransportSource From(SourceBuilder from, string channel) => from.Sns(channel, channel);

    public override void Configure(MessagingBuilder kit)
    {
        kit.UseSns(sns => (sns.ServiceUrl, sns.Client) = (_connection.ServiceUrl, _connection.IsStub ? _sns : null));
        kit.UseSqs(sqs => (sqs.ServiceUrl, sqs.WaitTime) = (_connection.ServiceUrl, SqsTransport.WaitTime));
    }

    public override Task CreateAsync(string channel, CancellationToken cancellationToken) => Delivers ? base.CreateAsync(channel, cancellationToken) : Task.CompletedTask;

    public override async Task DeleteAsync(string channel)
    {
        if (Delivers)
        {
            await _sns.DeleteTopicAsync(await _sns.CreateTopicAsync(channel, SnsTwin.AttributesOf(channel)));
            await _sqs.DeleteQueueAsync((await _sqs.GetQueueUrlAsync(channel)).QueueUrl);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _sns.Dispose();
        _sqs.Dispose();
        return base.DisposeAsync();
    }
}
