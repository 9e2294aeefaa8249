using System.Collections.Frozen;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Publishing;

internal sealed class MessageBus(FrozenDictionary<Type, PublishRoute> routes, TimeProvider time) : IMessageBus
{
    public ValueTask PublishAsync<TMessage>(TMessage message, PublishOptions options, CancellationToken cancellationToken)
        where TMessage : notnull => PublishAsync(message, default, options, null, cancellationToken);

    public async ValueTask<IReadOnlyList<PublishOutcome>> PublishManyAsync<TMessage>(
        IEnumerable<TMessage> messages,
        Func<TMessage, PublishOptions>? options,
        CancellationToken cancellationToken)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(messages);
        var most = routes.TryGetValue(typeof(TMessage), out var route) ? route.MostUnderWay : SendChannel.WidestWindow;
        var sequence = route is null ? null : new PublishSequence();
        var outcomes = new PublishOutcomes(messages.TryGetNonEnumeratedCount(out var count) ? count : 0);
        var underWay = new List<ValueTask>();
        var concluded = 0;
        try
        {
            foreach (var message in messages)
            {
                // Where there is no room, it is cheaper to wait for what has been started than to queue up with each message.
                var going = outcomes.Count - concluded;
                if (going == most)
                {
                    await ConcludeAsync(most / 4).ConfigureAwait(false);
                }
                else if (going > 0 && route is { HasRoom: false })
                {
                    route.Flush();
                    await ConcludeAsync(Math.Min(going, most / 4)).ConfigureAwait(false);
                }

                var said = options?.Invoke(message) ?? default;
                var uuid = said.Id is null ? MessageId.New(time) : default;
                var publish = PublishAsync(message, uuid, said, sequence, cancellationToken);
                if (underWay.Count < most)
                {
                    underWay.Add(publish);
                }
                else
                {
                    underWay[outcomes.Count % most] = publish;
                }

                outcomes.Add(new(uuid, said.Id));
            }
        }
        finally
        {
            // Also when the sequence itself throws: what has been started is not left behind.
            sequence?.End();
            route?.Flush();
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
                    await underWay[index % most].ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    outcomes.Fail(index, exception);
                }
            }

            concluded += count;
        }
    }

    private ValueTask PublishAsync<TMessage>(TMessage message, Guid uuid, in PublishOptions options, PublishSequence? sequence, CancellationToken cancellationToken)
        where TMessage : notnull
    {
        if (message is null)
        {
            return ValueTask.FromException(new ArgumentNullException(nameof(message)));
        }

        if (routes.TryGetValue(typeof(TMessage), out var route))
        {
            return ((PublishRoute<TMessage>)route).PublishAsync(message, uuid, options, sequence, cancellationToken);
        }

        return routes.TryGetValue(message.GetType(), out route)
            ? route.PublishAsync(message, uuid, options, sequence, cancellationToken)
            : ValueTask.FromException(NotRouted(message.GetType()));
    }

    private MessagingException NotRouted(Type type)
    {
        var routed = routes.Count == 0 ? "No type is routed yet." : $"Routed are: {string.Join(", ", routes.Keys.Select(key => key.Name).Order(StringComparer.Ordinal))}.";
        return new($"{type} is not routed. Say where it goes in AddMessaging: kit.Publish<{type.Name}>(\"its.name\", to => ...). {routed}");
    }
}
