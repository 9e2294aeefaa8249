using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Hosting;

/// <summary>A middleware as it was registered: how to make it, and what can be known about it before.</summary>
internal sealed class PipelineStep<TContext>(Func<PipelineEnvironment, IMessageMiddleware<TContext>> create)
    where TContext : MessageContext
{
    /// <summary>Makes the middleware for one pipeline.</summary>
    public Func<PipelineEnvironment, IMessageMiddleware<TContext>> Create { get; } = create;

    /// <summary>Reads what operators say about it.</summary>
    public Action<SettingsReader>? ReadSettings { get; init; }

    /// <summary>Finds what is wrong with it; is given the name to speak of.</summary>
    public Func<string, IEnumerable<string>>? Validate { get; init; }

    /// <summary>Where it sends to.</summary>
    public Func<IEnumerable<TransportDestination>>? Destinations { get; init; }
}
