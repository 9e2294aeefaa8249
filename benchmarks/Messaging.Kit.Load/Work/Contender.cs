namespace Messaging.Kit.Load.Work;

/// <summary>Who moves messages: the kit, or the raw client doing the same work.</summary>
internal abstract class Contender(string name)
{
    public string Name => name;

    /// <summary>Publishes what the supply has, and returns when all of it is confirmed.</summary>
    public abstract Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken);

    /// <summary>Reads, decodes and acknowledges, until the ledger has what it expects.</summary>
    public abstract Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken);
}
