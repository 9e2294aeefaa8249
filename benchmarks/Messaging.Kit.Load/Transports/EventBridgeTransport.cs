using Amazon.SQS;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Twins;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Load.Transports;

/// <summary>A bus of EventBridge, and a rule that sends all of its events to a queue of the same name.</summary>
internal sealed class EventBridgeTransport : LoadTransport
{
    private readonly AwsConnection _connection;
    private readonly EventBridgeServiceClient _events;
    private readonly IAmazonSQS _sqs;

    public EventBridgeTransport(Options options)
    {
        _connection = new(options, "ministack", "AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL");
        (_events, _sqs) = (_connection.Connect<EventBridgeServiceClient>(), _connection.Connect<IAmazonSQS>());
        Twins = [new EventBridgeTwin(_events, _sqs, isBatched: false), new EventBridgeTwin(_events, _sqs, isBatched: true)];
    }

    public override string Endpoint => _connection.Description;

    public override bool Delivers => !_connection.IsStub;

    public override IReadOnlyList<Contender> Twins { get; }

    public override TransportDestination To(DestinationBuilder to, string channel) => to.EventBridge(channel);

    public override TransportSource From(SourceBuilder from, string channel) => from.EventBridge(channel, channel, rule => rule.Name = channel);

    public override void Configure(MessagingBuilder kit)
    {
        kit.UseEventBridge(events => (events.ServiceUrl, events.Client) = (_connection.ServiceUrl, _connection.IsStub ? _events : null));
        kit.UseSqs(sqs => (sqs.ServiceUrl, sqs.WaitTime) = (_connection.ServiceUrl, SqsTransport.WaitTime));
    }

    public override Task CreateAsync(string channel, CancellationToken cancellationToken) => Delivers ? base.CreateAsync(channel, cancellationToken) : Task.CompletedTask;

    public override async Task DeleteAsync(string channel)
    {
        if (Delivers)
        {
            var targets = await _events.ListTargetsByRuleAsync(channel, channel);
            await _events.RemoveTargetsAsync(channel, channel, [.. targets.Items.Select(target => target.Id)]);
            await _events.DeleteRuleAsync(channel, channel);
            await _events.DeleteEventBusAsync(channel);
            await _sqs.DeleteQueueAsync((await _sqs.GetQueueUrlAsync(channel)).QueueUrl);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _events.Dispose();
        _sqs.Dispose();
        return base.DisposeAsync();
    }
}
