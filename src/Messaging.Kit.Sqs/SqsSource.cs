using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>A queue to consume from.</summary>
internal sealed class SqsSource(string queue, SqsRegistration registration) : TransportSource(SqsRegistration.Transport, SqsQueue.NameOf(queue), queue), ITopology, IAwsEndpoint
{
    public SqsRegistration Registration { get; } = registration;

    public override object? Declaration => Registration.Configure;

    public override IEnumerable<string> Validate(string name) => SqsRegistration.Validate(name);

    public override string Identify(string name) => Registration.Identify(name);

    public override bool MayBe(string name, TransportEndpoint other, string otherName) => SqsRegistration.MayBe(name, otherName) && other.Transport == Transport;

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        var (opened, options) = (Registration.Open(name, services), Registration.GetOptions(services));
        if (opened.Client.Config?.Timeout is { } timeout && timeout <= options.WaitTime)
        {
            throw new MessagingException(
                $"The SQS client that receives from '{opened.Name}' gives up after {timeout}, before the wait of {options.WaitTime} is over. "
                + "Give it a longer Timeout, or the queue a shorter WaitTime.");
        }

        return new SqsReceiver(opened, options, SqsRegistration.Time(services), SqsRegistration.Logger<SqsReceiver>(services));
    }

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        Registration.ApplyAsync(mode, name, services, cancellationToken);

    public void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services) =>
        Registration.Describe(document, use, name, services);
}
