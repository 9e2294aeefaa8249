using System.Globalization;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge;

/// <summary>A rule that feeds a queue, as a part of the queue's options.</summary>
internal sealed class EventBridgeFeed(string bus, EventBridgeRuleOptions options) : IQueueFeed
{
    private const int LongestGroup = 100;
    private const int MostAttempts = 185;

    private static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostAge = TimeSpan.FromDays(1);

    public string Origin => $"rule{(options.Name is null ? "" : $" '{options.Name}'")} of bus '{bus}'";

    public bool NeedsContentBasedDeduplication => true;

    public void AddServices(IServiceCollection services) => EventBridgeBuilderExtensions.AddServices(services);

    public IEnumerable<string> Faults() => RuleFaults().Concat(TargetFaults()).Concat(InputFaults());

    /// <summary>Whether it is a bus's.</summary>
    public bool IsOf(string logicalBus) => EventBridgeConnection.NameOf(bus) == logicalBus;

    public async Task ApplyAsync(TopologyMode mode, SqsQueue queue, IServiceProvider services, List<string> differences, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            return;
        }

        var (busOptions, physicalBus, deadLetters) = (GetBusOptions(services), PhysicalBus(services), SqsRegistration.PhysicalDeadLetters(options.RedriveTo, services));
        var faults = FaultsOf(busOptions, physicalBus, deadLetters, queue.Name).ToList();
        if (faults.Count > 0)
        {
            differences.AddRange(faults);
            return;
        }

        var opened = services.GetRequiredService<EventBridgeClients>().Open(busOptions, physicalBus);
        var deadLetterQueue = deadLetters is null ? null : new SqsQueue(deadLetters, queue.Client);
        var topology = new EventBridgeTopology(opened, busOptions, EventBridgeRegistration.Logger<EventBridgeTopology>(services));
        await new EventBridgeRuleTopology(opened, topology, queue, deadLetterQueue, options, differences, SqsRegistration.Time(services)).ApplyAsync(mode, cancellationToken).ConfigureAwait(false);
    }

    public void Describe(SqsDescription queue, IServiceProvider services)
    {
        var (document, busOptions) = (queue.Document, GetBusOptions(services));
        var (physicalBus, deadLetters) = (PhysicalBus(services), SqsRegistration.PhysicalDeadLetters(options.RedriveTo, services));
        var described = new EventBridgeDescription(document, physicalBus, busOptions, SaidOfBus());
        if ((options.Topology ?? queue.Mode) != TopologyMode.None)
        {
            described.AllowReading();
            described.AllowReadingRule(queue.Name, options);
            queue.AllowReading(deadLetters);
        }

        if (!TopologyDocument.IsOwn(options.Topology ?? queue.Said))
        {
            return;
        }

        foreach (var fault in FaultsOf(busOptions, physicalBus, deadLetters, queue.Name))
        {
            document.Report(fault);
        }

        described.Describe();
        described.Feed(queue, options, deadLetters);
    }

    private EventBridgeTransportOptions GetBusOptions(IServiceProvider services)
    {
        var busOptions = services.GetRequiredService<IOptionsFactory<EventBridgeTransportOptions>>().Create(Options.DefaultName);
        options.Bus?.Invoke(busOptions);
        return busOptions;
    }

    private TopologyMode? SaidOfBus()
    {
        var own = new EventBridgeTransportOptions();
        options.Bus?.Invoke(own);
        return own.Topology;
    }

    private string PhysicalBus(IServiceProvider services) => SqsRegistration.PhysicalNameOf(EventBridgeConnection.NameOf(bus), services, bus);

    // What the operators have named is known only here.
    private IEnumerable<string> FaultsOf(EventBridgeTransportOptions busOptions, string physicalBus, string? deadLetters, string queue) =>
        EventBridgeTransportOptionsValidator.Faults(busOptions).Concat(EventBridgeRegistration.Validate(physicalBus)).Concat(FaultsOfDeadLetters(deadLetters))
            .Select(fault => $"Queue '{queue}', {Origin}: {fault}");

    private static IEnumerable<string> FaultsOfDeadLetters(string? name) => name is not null && (!SqsQueue.IsValidName(name) || SqsQueue.IsFifoName(name))
        ? [$"RedriveTo is '{name}'. {SqsQueue.NameRule} It cannot be a FIFO queue here."]
        : [];

    private IEnumerable<string> RuleFaults()
    {
        foreach (var fault in EventBridgeRegistration.Validate(bus))
        {
            yield return fault;
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        if (options.Name is not null && !EventBridgeNames.IsValid(options.Name))
        {
            yield return $"Name is '{options.Name}'. Use 1 to {EventBridgeNames.Longest} letters, digits, periods, hyphens and underscores.";
        }

        foreach (var fault in options.Pattern?.FindFaults(EventPatternDialect.EventBridge) ?? [])
        {
            yield return $"Pattern is '{options.Pattern}': {fault}";
        }
    }

    private IEnumerable<string> TargetFaults()
    {
        if (options.MessageGroupId is { Length: 0 or > LongestGroup })
        {
            yield return $"MessageGroupId has {options.MessageGroupId.Length} characters. Use 1 to {LongestGroup}.";
        }

        foreach (var fault in FaultsOfDeadLetters(options.RedriveTo))
        {
            yield return fault;
        }

        if (options.RetryAttempts is < 0 or > MostAttempts)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"RetryAttempts is {options.RetryAttempts}. Use 0 to {MostAttempts}.");
        }

        if (options.MaximumEventAge is { } age && (age < LeastAge || age > MostAge || age.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            yield return $"MaximumEventAge is {age}. Use {LeastAge} to {MostAge}, in whole seconds.";
        }
    }

    private IEnumerable<string> InputFaults()
    {
        if (options is { InputPath: not null, Transformer: not null })
        {
            yield return "InputPath and Transformer are both set. Use one of them.";
        }

        if (options.InputPath is { } path && FaultOfPath(path) is { } fault)
        {
            yield return $"InputPath is '{path}'. {fault}";
        }
    }

    // The paths of transformers are the same, with the same limits.
    private static string? FaultOfPath(string path)
    {
        try
        {
            _ = InputTransformer.Parse(new Dictionary<string, string> { ["value"] = path }, "<value>");
            return null;
        }
        catch (InputTransformerException exception)
        {
            return exception.Message;
        }
    }
}
