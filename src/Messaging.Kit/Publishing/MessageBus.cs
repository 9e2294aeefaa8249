using System.Collections.Frozen;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Publishing;

internal sealed class MessageBus(FrozenDictionary<Type, PublishRoute> routes, TimeProvider time) : IMessageBus
{
    // PublishMany keeps so many publishes going: enough to fill the calls, few enough to hold a long sequence back.
    private const int MaxUnderWay = 1_000;

    public ValueTask PublishAsync<TMessage>(TMessage message, PublishOptions options, CancellationToken cancellationToken)
        where TMessage : notnull
    {
        if (message is null)
        {
            return ValueTask.FromException(new ArgumentNullException(nameof(message)));
        }

        if (routes.TryGetValue(typeof(TMessage), out var route))
        {
            return ((PublishRoute<TMessage>)route).PublishAsync(message, options, cancellationToken);
        }

        return routes.TryGetValue(message.GetType(), out route)
            ? route.PublishAsync(message, options, cancellationToken)
            : ValueTask.FromException(NotRouted(message.GetType()));
    }

    public async ValueTask<IReadOnlyList<PublishOutcome>> PublishManyAsync<TMessage>(
        IEnumerable<TMessage> messages,
        Func<TMessage, PublishOptions>? options,
        CancellationToken cancellationToken)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(messages);
        var outcomes = new List<PublishOutcome>();
        var underWay = new Queue<Task>();
        var concluded = 0;
        try
        {
            foreach (var message in messages)
            {
                if (underWay.Count == MaxUnderWay)
                {
                    await ConcludeAsync().ConfigureAwait(false);
                }

                var said = options?.Invoke(message) ?? default;
                said = said with { Id = said.Id ?? MessageId.New(time).ToString() };
                outcomes.Add(new(said.Id, null));
                underWay.Enqueue(PublishAsync(message, said, cancellationToken).AsTask());
            }
        }
        finally
        {
            // Also when the sequence itself throws: what has been started is not left behind.
            while (underWay.Count > 0)
            {
                await ConcludeAsync().ConfigureAwait(false);
            }
        }

        return outcomes;

        async ValueTask ConcludeAsync()
        {
            try
            {
                await underWay.Dequeue().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                outcomes[concluded] = outcomes[concluded] with { Error = exception };
            }

            concluded++;
        }
    }

    private MessagingException NotRouted(Type type)
    {
        var routed = routes.Count == 0 ? "No type is routed yet." : $"Routed are: {string.Join(", ", routes.Keys.Select(key => key.Name).Order(StringComparer.Ordinal))}.";
        return new($"{type} is not routed. Say where it goes in AddMessaging: kit.Publish<{type.Name}>(\"its.name\", to => ...). {routed}");
    }
}
