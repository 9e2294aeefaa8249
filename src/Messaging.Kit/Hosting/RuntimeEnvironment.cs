using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;

namespace Messaging.Kit.Hosting;

internal sealed class RuntimeEnvironment(
    IServiceProvider services,
    string name,
    TransportFeatures features,
    IConfiguration? settings,
    Func<TransportDestination, IEnvelopeSender> senderFor) : PipelineEnvironment(services, name, features, settings)
{
    public override IEnvelopeSender SenderFor(TransportDestination destination) => senderFor(destination);
}
