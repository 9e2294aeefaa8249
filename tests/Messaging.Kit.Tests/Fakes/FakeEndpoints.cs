using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

internal sealed class FakeDestination(string name, ITransportSender? sender = null) : TransportDestination("fake", name), ITopology
{
    public List<string> Faults { get; init; } = [];

    public List<string> Differences { get; init; } = [];

    public List<string> Applied { get; } = [];

    public string? PhysicalName { get; private set; }

    public override IEnumerable<string> Validate(string name) => Faults.Select(fault => $"{fault} ({name})");

    public override string Identify(string name) => name.ToUpperInvariant();

    public override ITransportSender CreateSender(string name, IServiceProvider services)
    {
        PhysicalName = name;
        return sender ?? new FakeSender();
    }

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken)
    {
        Applied.Add($"{mode} {name}");
        return new(Differences);
    }
}

internal sealed class FakeSource(string name, ITransportReceiver? receiver = null) : TransportSource("fake", name), ITopology
{
    public List<string> Faults { get; init; } = [];

    public List<string> Differences { get; init; } = [];

    public List<string> Applied { get; } = [];

    public string? PhysicalName { get; private set; }

    public override IEnumerable<string> Validate(string name) => Faults.Select(fault => $"{fault} ({name})");

    public override string Identify(string name) => name.ToUpperInvariant();

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        PhysicalName = name;
        return receiver ?? new FakeReceiver();
    }

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken)
    {
        Applied.Add($"{mode} {name}");
        return new(Differences);
    }
}
