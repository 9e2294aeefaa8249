using System.Buffers;
using System.Text.Json;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>
/// A name whose messages go to the queues that are subscribed to it, as far as their filters let them; without a subscriber they go
/// nowhere. An event bus is one whose subscriptions are rules.
/// </summary>
internal sealed class InMemoryTopic(string name, InMemoryClock clock) : ISendTarget
{
    private readonly Lock _gate = new();
    private volatile Routes _routes = new([], []);

    public int MaxMessageBytes
    {
        get
        {
            var least = InMemoryQueueOptions.DefaultMaxMessageBytes;
            var queues = _routes.Queues;
            for (var i = 0; i < queues.Length; i++)
            {
                least = i == 0 ? queues[i].MaxMessageBytes : Math.Min(least, queues[i].MaxMessageBytes);
            }

            return least;
        }
    }

    public InMemoryFaults? Faults => null;

    public void Subscribe(InMemoryQueue queue, InMemorySubscription subscription)
    {
        lock (_gate)
        {
            var (all, filtered) = (_routes.All, _routes.Filtered);
            _routes = subscription.Filter is null
                ? new(all.Contains(queue) ? all : [.. all, queue], filtered)
                : new(all, filtered.Contains((queue, subscription)) ? filtered : [.. filtered, (queue, subscription)]);
        }
    }

    public void Accept(TransportBatch<Envelope> batch)
    {
        var routes = _routes;
        foreach (var queue in routes.All)
        {
            queue.Accept(batch);
        }

        if (routes.Filtered.Length > 0)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch.FailureOf(i) is null && AcceptFiltered(routes, batch[i]) is { } failure)
                {
                    batch.Fail(i, failure);
                }
            }
        }
    }

    // A queue that takes all has the message already; one with several filters that let it through gets it once. Rules do not know of each other.
    private Exception? AcceptFiltered(Routes routes, Envelope envelope)
    {
        var wanting = new List<(InMemoryQueue Queue, InMemorySubscription Subscription)>();
        routes.Patterns.Match(envelope, wanting);
        var failure = default(Exception);
        foreach (var (queue, subscription) in wanting
            .Where(route => route.Subscription.IsRule || !routes.All.Contains(route.Queue))
            .DistinctBy(route => (route.Queue, route.Subscription.IsRule ? route.Subscription : null)))
        {
            var copy = new TransportBatch<Envelope>(subscription.Transformer is null ? envelope : Transform(envelope, subscription, subscription.Transformer, queue.Name));
            queue.Accept(copy);
            failure ??= copy.FailureOf(0);
        }

        return failure;
    }

    private Envelope Transform(Envelope envelope, InMemorySubscription subscription, InputTransformer transformer, string rule)
    {
        var (input, output) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        EventForm.Write(envelope, input);
        transformer.Transform(input.WrittenSpan, output, new($"inmemory:rule/{name}/{rule}", rule, clock.Time.GetUtcNow()));

        // Of one message two rules may make two, which are not each other's duplicates.
        var plain = new Envelope($"{envelope.Id}/{subscription.Mark}", "", output.WrittenMemory)
        {
            DeduplicationId = $"{envelope.DeduplicationId}/{subscription.Mark}",
            Time = envelope.Time,
            Key = envelope.Key,
            ContentType = transformer.IsJson ? Envelope.JsonContentType : "text/plain",
        };
        return ReadEvent(plain) ?? plain;
    }

    // As behind Amazon EventBridge: what has been made may be a CloudEvent or an event again.
    private static Envelope? ReadEvent(Envelope plain)
    {
        if (!plain.HasJsonBody)
        {
            return null;
        }

        using var json = JsonDocument.Parse(plain.Body, new() { MaxDepth = Envelope.MaxJsonDepth });
        if (!CloudEventsJson.TryRead(plain.Body, out var read) && !EventForm.TryRead(json.RootElement, out read))
        {
            return null;
        }

        var message = new Envelope(read.Id, read.Type, read.Body)
        {
            DeduplicationId = plain.DeduplicationId,
            Source = read.Source,
            Time = read.Time,
            Key = plain.Key,
            ContentType = read.ContentType,
        };
        foreach (var (name, value) in read.Headers)
        {
            message.Headers.AddForeign(name, value);
        }

        return message;
    }

    private sealed class Routes(InMemoryQueue[] all, (InMemoryQueue Queue, InMemorySubscription Subscription)[] filtered)
    {
        private EventPatternSet<(InMemoryQueue, InMemorySubscription)>? _patterns;

        public InMemoryQueue[] All => all;

        public (InMemoryQueue Queue, InMemorySubscription Subscription)[] Filtered => filtered;

        public InMemoryQueue[] Queues { get; } = [.. all.Concat(filtered.Select(route => route.Queue)).Distinct()];

        // Made for the first message: of a bus that gets a thousand rules one after the other only the last set is asked.
        public EventPatternSet<(InMemoryQueue, InMemorySubscription)> Patterns => _patterns ??= new(filtered.Select(route => KeyValuePair.Create(route.Subscription.Filter!, route)));
    }
}
