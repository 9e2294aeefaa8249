using System.Collections;
using Messaging.Kit.Consuming;

namespace Messaging.Kit.Hosting;

/// <summary>The running consumers, for dashboards and operators. A singleton of the services.</summary>
public sealed class MessageConsumers : IReadOnlyList<IMessageConsumer>
{
    internal MessageConsumers(IReadOnlyList<MessageConsumer> all) => All = all;

    /// <inheritdoc/>
    public int Count => All.Count;

    internal IReadOnlyList<MessageConsumer> All { get; }

    /// <inheritdoc/>
    public IMessageConsumer this[int index] => All[index];

    /// <summary>A consumer by its name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">There is no such consumer.</exception>
    public IMessageConsumer this[string name] =>
        All.FirstOrDefault(consumer => consumer.Name == name)
        ?? throw new KeyNotFoundException($"No consumer is called '{name}'. There are: {string.Join(", ", All.Select(consumer => consumer.Name))}.");

    /// <inheritdoc/>
    public IEnumerator<IMessageConsumer> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
