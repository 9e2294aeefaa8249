using System.Collections.Frozen;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Publishing;

internal sealed class MessageBus(FrozenDictionary<Type, PublishRoute> routes, TimeProvider time) : IMessageBus
{
    // PublishMany keeps so many publishes going: enough to fill the calls, few enough to hold a long sequence back.
    private const int MaxUnderWay = 4_096;

    public ValueTask PublishAsync<TMessage>(TMessage message, PublishOptions options, CancellationToken cancellationToken)
        where TMessage : notnull => PublishAsync(message, default, options, cancellationToken);

    public async ValueTask<IReadOnlyList<PublishOutcome>> PublishManyAsync<TMessage>(
        IEnumerable<TMessage> messages,
        Func<TMessage, PublishOptions>? options,
        CancellationToken cancellationToken)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(messages);
        var outcomes = new List<PublishOutcome>(messages.TryGetNonEnumeratedCount(out var count) ? count : 0);
        var underWay = new List<ValueTask>();
        var concluded = 0;
        try
        {
            foreach (var message in messages)
            {
                if (outcomes.Count - concluded == MaxUnderWay)
                {
                    await ConcludeAsync(MaxUnderWay / 4).ConfigureAwait(false);
                }

                var said = options?.Invoke(message) ?? default;
                var uuid = said.Id is null ? MessageId.New(time) : default;
                var publish = PublishAsync(message, uuid, said, cancellationToken);
                if (underWay.Count < MaxUnderWay)
                {
                    underWay.Add(publish);
                }
                else
                {
                    underWay[outcomes.Count % MaxUnderWay] = publish;
                }

                outcomes.Add(new(uuid, said.Id));
            }
        }
        finally
        {
            // Also when the sequence itself throws: what has been started is not left behind.
            await ConcludeAsync(outcomes.Count - concluded).ConfigureAwait(false);
        }

        return outcomes;

        // The last one first: when that is through, most before it are, and each wait that is one changes threads.
        async ValueTask ConcludeAsync(int count)
        {
            for (var index = concluded + count - 1; index >= concluded; index--)
            {
                try
                {
                    await underWay[index % MaxUnderWay].ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    outcomes[index] = outcomes[index] with { Error = exception };
                }
            }

            concluded += count;
        }
    }

    private ValueTask PublishAsync<TMessage>(TMessage message, Guid uuid, in PublishOptions options, CancellationToken cancellationToken)
        where TMessage : notnull
    {
        if (message is null)
        {
            return ValueTask.FromException(new ArgumentNullException(nameof(message)));
        }

        if (routes.TryGetValue(typeof(TMessage), out var route))
        {
            return ((PublishRoute<TMessage>)route).PublishAsync(message, uuid, options, cancellationToken);
        }

        return routes.TryGetValue(message.GetType(), out route)
            ? route.PublishAsync(message, uuid, options, cancellationToken)
            : ValueTask.FromException(NotRouted(message.GetType()));
    }

    private MessagingException NotRouted(Type type)
    {
        var routed = routes.Count == 0 ? "No type is routed yet." : $"Routed are: {string.Join(", ", routes.Keys.Select(key => key.Name).Order(StringComparer.Ordinal))}.";
        return new($"{type} is not routed. Say where it goes in AddMessaging: kit.Publish<{type.Name}>(\"its.name\", to => ...). {routed}");
    }
}
