using System.Collections.Concurrent;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Publishing;

public sealed class MessageBusTests
{
    private readonly FakeSender _sender = new();

    [Fact]
    public async Task Message_is_sent_as_it_was_said()
    {
        await using var app = new App(kit => kit.PublishAs("/shop").Publish<Order>("order.placed", _ => new FakeDestination("orders", _sender)).KeyBy(order => order.Customer));
        await Wait.For(app.Bus.PublishAsync(
            new Order(7, "ann"),
            new PublishOptions { Id = "id-7", Headers = [new("tenant", "blue"), new("tenant", "green"), new("lang", "ü")] }));

        var sent = Assert.Single(_sender.Sent);
        Assert.Equal(("id-7", "ann", """{"number":7,"customer":"ann"}"""), (sent.Id, sent.Key, sent.Text));
        Assert.Equal("order.placed", sent.Envelope.Type);
        Assert.Equal("/shop", sent.Envelope.Source);
        Assert.Equal("application/json", sent.Envelope.ContentType);
        Assert.Equal(app.Clock.GetUtcNow(), sent.Envelope.Time);
        Assert.Equal(new Dictionary<string, string> { ["tenant"] = "green", ["lang"] = "ü" }, sent.Headers);
    }

    [Fact]
    public async Task Message_without_an_id_gets_one_that_grows_with_time()
    {
        await using var app = Orders();
        await Wait.For(app.Bus.PublishAsync(new Order(1)));
        await Wait.For(app.Bus.PublishAsync(new Order(2)));

        var ids = _sender.Sent.Select(sent => sent.Id).ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id).Version));
    }

    [Fact]
    public async Task Key_of_the_options_goes_before_that_of_the_route()
    {
        await using var app = Orders(route => route.KeyBy(order => order.Customer));
        await Wait.For(app.Bus.PublishAsync(new Order(1, "ann"), new PublishOptions { Key = "bob" }));
        await Wait.For(app.Bus.PublishAsync(new Order(2, "ann")));
        await Wait.For(app.Bus.PublishAsync(new Order(3)));

        Assert.Equal(["bob", "ann", null], _sender.Sent.Select(sent => sent.Key));
    }

    [Fact]
    public async Task Message_goes_the_way_of_its_static_type_and_else_of_its_own()
    {
        var (orders, parcels) = (new FakeSender(), new FakeSender());
        await using var app = new App(kit =>
        {
            kit.Publish<Order>("order", _ => new FakeDestination("orders", orders));
            kit.Publish<Parcel>("parcel", _ => new FakeDestination("parcels", parcels));
            kit.Publish<IComparable>("comparable", _ => new FakeDestination("orders", orders));
        });
        await Wait.For(app.Bus.PublishAsync<object>(new Parcel("a")));
        await Wait.For(app.Bus.PublishAsync<IComparable>("text"));
        await Wait.For(app.Bus.PublishAsync(new Order(1)));

        Assert.Equal("parcel", Assert.Single(parcels.Sent).Envelope.Type);
        Assert.Equal(["comparable", "order"], orders.Sent.Select(sent => sent.Envelope.Type));
    }

    [Fact]
    public async Task Type_that_is_not_routed_is_named_with_what_is_and_with_what_to_do()
    {
        await using var app = new App(kit =>
        {
            kit.Publish<Parcel>("parcel", _ => new FakeDestination("parcels"));
            kit.Publish<Order>("order", _ => new FakeDestination("orders"));
        });
        var failure = await Wait.Fails<MessagingException>(app.Bus.PublishAsync("a text"));
        Assert.Equal(
            "System.String is not routed. Say where it goes in AddMessaging: kit.Publish<String>(\"its.name\", to => ...). Routed are: Order, Parcel.",
            failure.Message);
    }

    [Fact]
    public async Task Bus_without_routes_says_so()
    {
        await using var app = new App(_ => { });
        Assert.Contains("No type is routed yet.", (await Wait.Fails<MessagingException>(app.Bus.PublishAsync("a"))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<PublishOptions> WrongOptions => new(
        new PublishOptions { Id = "" },
        new PublishOptions { Id = "half a pair \ud800" },
        new PublishOptions { Key = "" },
        new PublishOptions { Key = "\udc00" },
        new PublishOptions { Delay = TimeSpan.FromTicks(-1) },
        new PublishOptions { Headers = [new("Upper", "")] },
        new PublishOptions { Headers = [new("type", "reserved")] },
        new PublishOptions { Headers = [new("ok", "\ud800")] },
        new PublishOptions { Headers = [new("ok", null!)] });

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public async Task Options_that_make_no_sense_fail_the_publish(PublishOptions options)
    {
        await using var app = Orders();
        await Wait.Fails<ArgumentException>(app.Bus.PublishAsync(new Order(1), options));
        Assert.Empty(_sender.Sent);
        Assert.Equal((0, 0L), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Fact]
    public async Task Null_and_a_key_that_throws_fail_the_publish_and_not_the_caller_s_loop()
    {
        await using var app = Orders(route => route.KeyBy(order => order.Number == 2 ? throw new InvalidOperationException("no key") : "key"));
        await Wait.Fails<ArgumentNullException>(app.Bus.PublishAsync<Order>(null!));
        await Wait.Fails<InvalidOperationException>(app.Bus.PublishAsync(new Order(2)));

        var outcomes = await Wait.For(app.Bus.PublishManyAsync([new Order(1), new Order(2), null!, new Order(3)]).AsTask());
        Assert.Equal([null, typeof(InvalidOperationException), typeof(ArgumentNullException), null], outcomes.Select(outcome => outcome.Error?.GetType()));
        Assert.Equal(2, _sender.Sent.Count);
    }

    [Fact]
    public async Task Delay_is_refused_where_the_transport_has_none()
    {
        await using var app = Orders();
        var failure = await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1), new PublishOptions { Delay = TimeSpan.FromSeconds(1) }));
        Assert.Equal((FailureKind.Permanent, "fake:orders cannot delay single messages. Publish without a delay, or to a destination that can."), (failure.Kind, failure.Message));

        _sender.Features = TransportFeatures.Delay;
        await Wait.For(app.Bus.PublishAsync(new Order(2), new PublishOptions { Delay = TimeSpan.FromSeconds(1) }));
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(_sender.Sent).Envelope.Delay);
    }

    [Fact]
    public async Task Message_larger_than_the_transport_takes_fails_alone_and_at_once()
    {
        _sender.Limits = new(10, 1000, MessageBytes: 100);
        await using var app = Orders();
        var outcomes = await Wait.For(app.Bus.PublishManyAsync([new Order(1), new Order(2, new string('x', 100)), new Order(3)]).AsTask());

        Assert.Equal([true, false, true], outcomes.Select(outcome => outcome.IsAccepted));
        var failure = Assert.IsType<TransportException>(outcomes[1].Error);
        Assert.Equal(FailureKind.TooLarge, failure.Kind);
        Assert.Contains("bytes on the wire; fake:orders takes 100", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_cannot_be_encoded_fails_and_leaves_no_bytes_counted()
    {
        await using var app = new App(kit => kit.Publish<Unwritable>("x", _ => new FakeDestination("orders", _sender)));
        for (var round = 0; round < 10; round++)
        {
            await Wait.Fails<InvalidOperationException>(app.Bus.PublishAsync(new Unwritable()));
        }

        Assert.Equal((0, 0L), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Fact]
    public async Task Outcomes_come_in_the_order_of_the_messages_with_partial_failures()
    {
        _sender.OnSend = async (batch, _) =>
        {
            await Task.Yield();
            for (var i = 0; i < batch.Count; i++)
            {
                if (int.Parse(batch[i].Id) % 3 == 0)
                {
                    batch.Fail(i, new TransportException(FailureKind.Permanent, batch[i].Id));
                }
            }
        };
        await using var app = Orders();
        var outcomes = await Wait.For(app.Bus.PublishManyAsync(Enumerable.Range(0, 500).Select(number => new Order(number)), order => new() { Id = $"{order.Number}" }).AsTask());

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), outcomes.Select(outcome => outcome.Id));
        Assert.All(outcomes, outcome => Assert.Equal(int.Parse(outcome.Id) % 3 == 0 ? outcome.Id : null, outcome.Error?.Message));
        Assert.Equal(outcomes.Where(outcome => outcome.IsAccepted).Select(outcome => outcome.Id).Order(), _sender.Sent.Select(sent => sent.Id).Order());
    }

    [Fact]
    public async Task Outcomes_carry_the_ids_that_were_made()
    {
        await using var app = Orders();
        var outcomes = await Wait.For(app.Bus.PublishManyAsync(Enumerable.Range(0, 50).Select(number => new Order(number))).AsTask());
        Assert.Equal(_sender.Sent.Select(sent => sent.Id).Order(), outcomes.Select(outcome => outcome.Id).Order());
    }

    /// <summary>As far as it takes to keep eight calls going: further where a call takes more, and never out of sight.</summary>
    [Theory]
    [InlineData(1, 256)]
    [InlineData(10, 320)]
    [InlineData(1_000, 4_096)]
    public async Task Long_sequence_is_not_read_far_ahead(int batchCount, int ahead)
    {
        _sender.Limits = _sender.Limits with { BatchCount = batchCount };
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        await using var app = Orders();
        var read = 0;
        var publishing = app.Bus.PublishManyAsync(Enumerable.Range(0, 1_000_000).TakeWhile(_ => read < 10_000).Select(number => new Order(Interlocked.Increment(ref read)))).AsTask();
        await Wait.Until(() => _sender.Calls == Math.Min(8, ahead / batchCount) && Volatile.Read(ref read) >= ahead);
        Assert.InRange(read, ahead, ahead + 1);

        gate.SetResult();
        Assert.Equal(10_000, (await Wait.For(publishing)).Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(25, 3)]
    [InlineData(1_000, 100)]
    public async Task Messages_that_are_published_together_fill_their_calls(int count, int calls)
    {
        await using var app = Orders();
        var outcomes = await Wait.For(app.Bus.PublishManyAsync(Enumerable.Range(0, count).Select(number => new Order(number))).AsTask());

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.Equal((calls, count), (_sender.Calls, _sender.Sent.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_that_come_through_middleware_fill_their_calls_where_it_does_not_hold_them_up(bool waits)
    {
        var gate = new TaskCompletionSource();
        await using var app = Orders(route => route.Use(async (context, next) =>
        {
            await (waits ? gate.Task : Task.CompletedTask);
            await next(context);
        }));
        var publishing = app.Bus.PublishManyAsync(Enumerable.Range(0, 20).Select(number => new Order(number))).AsTask();
        gate.SetResult();

        // The clock stands still: those that come when the sequence is over wait for nobody.
        Assert.All(await Wait.For(publishing), outcome => Assert.Null(outcome.Error));
        Assert.True(waits || _sender.Calls == 2, $"{_sender.Calls} calls");
    }

    [Fact]
    public async Task Sequence_that_stands_still_does_not_hold_up_what_it_has_brought()
    {
        using var more = new BlockingCollection<Order> { new Order(1), new Order(2) };
        await using var app = Orders();
        var publishing = Task.Run(async () => await app.Bus.PublishManyAsync(more.GetConsumingEnumerable()));
        await Wait.Until(() => app.Clock.Waits.Count > 0);
        Assert.Empty(_sender.Sent);

        await app.Clock.Pass();
        await Wait.Until(() => _sender.Sent.Count == 2);

        more.CompleteAdding();
        Assert.Equal(2, (await Wait.For(publishing)).Count);
        Assert.Equal(1, _sender.Calls);
    }

    [Fact]
    public async Task Sequence_that_throws_leaves_nothing_behind()
    {
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        await using var app = Orders();
        var publishing = app.Bus.PublishManyAsync(BrokenSequence()).AsTask();
        Assert.False(publishing.IsCompleted);
        gate.SetResult();

        Assert.Equal("no more", (await Wait.Fails<InvalidOperationException>(publishing)).Message);
        Assert.Equal(5, _sender.Sent.Count);

        static IEnumerable<Order> BrokenSequence()
        {
            for (var number = 0; number < 5; number++)
            {
                yield return new Order(number);
            }

            throw new InvalidOperationException("no more");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_takes_back_what_waits_of_many(bool hasMiddleware)
    {
        var gate = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        await using var app = new App(kit =>
        {
            kit.Configure(options => options.Sending.MaxConcurrentCalls = 1);
            Publish(kit, hasMiddleware);
        });
        var publishing = app.Bus.PublishManyAsync(Enumerable.Range(0, 100).Select(number => new Order(number)), cancellationToken: cancellation.Token).AsTask();
        await Wait.Until(() => _sender.Calls == 1);
        await cancellation.CancelAsync();
        gate.SetResult();

        var outcomes = await Wait.For(publishing);
        Assert.Equal(100, outcomes.Count);
        Assert.Equal(_sender.Sent.Count, outcomes.Count(outcome => outcome.IsAccepted));
        Assert.All(outcomes.Where(outcome => !outcome.IsAccepted), outcome => Assert.IsAssignableFrom<OperationCanceledException>(outcome.Error));
        Assert.InRange(_sender.Sent.Count, 1, 99);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publishers_wait_while_there_is_no_room(bool hasMiddleware)
    {
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        await using var app = new App(kit =>
        {
            kit.Configure(options => options.Sending.MaxWaiting = 20);
            Publish(kit, hasMiddleware);
        });
        var publishing = Enumerable.Range(0, 100).Select(number => app.Bus.PublishAsync(new Order(number)).AsTask()).ToList();
        Assert.Equal(20, app.Channel.Capacity.Slots);
        gate.SetResult();

        await Wait.For(Task.WhenAll(publishing));
        Assert.Equal(100, _sender.Sent.Count);
        Assert.Equal((0, 0L), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_is_untouched_until_the_message_has_been_sent(bool hasMiddleware)
    {
        // Many publishers with bodies of their own in pooled memory, sent late and again: one given back early would be overwritten.
        var random = new Random(1);
        _sender.OnSend = async (batch, _) =>
        {
            await Task.Yield();
            lock (random)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    if (random.Next(10) == 0)
                    {
                        batch.Fail(i, new TransportException(FailureKind.Transient, "again"));
                    }
                }
            }
        };
        await using var app = new App(
            kit =>
            {
                kit.Configure(options => (options.Sending.RetryDelay, options.Sending.MaxRetryDelay) = (TimeSpan.FromTicks(1000), TimeSpan.FromTicks(2000)));
                Publish(kit, hasMiddleware);
            },
            time: TimeProvider.System);
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 20).Select(publisher => Task.Run(async () =>
        {
            for (var number = 0; number < 100; number++)
            {
                await app.Bus.PublishAsync(new Order((publisher * 100) + number, new string((char)('a' + publisher), number * 20)));
            }
        }))));

        Assert.Equal(2000, _sender.Sent.Count);
        Assert.Equal(2000, _sender.Sent.Select(sent => sent.Text).Distinct().Count());
        foreach (var sent in _sender.Sent)
        {
            var order = System.Text.Json.JsonSerializer.Deserialize<Order>(sent.Body, System.Text.Json.JsonSerializerOptions.Web)!;
            Assert.Equal(new string((char)('a' + (order.Number / 100)), order.Number % 100 * 20), order.Customer);
        }
    }

    [Fact]
    public async Task Order_within_a_key_holds_through_retries_and_partial_failures()
    {
        // Calls overtake each other, entries fail alone, calls fail whole, and answers get lost.
        _sender.Features = TransportFeatures.Ordering | TransportFeatures.SerialKeys;
        var calls = 0;
        _sender.OnSend = async (batch, cancellationToken) =>
        {
            var random = new Random(Interlocked.Increment(ref calls));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(3)), cancellationToken);
            if (random.Next(15) == 0)
            {
                throw new TransportException(FailureKind.Throttled, "whole call");
            }

            for (var i = 0; i < batch.Count; i++)
            {
                if (random.Next(15) == 0)
                {
                    batch.Fail(i, new TransportException(FailureKind.Transient, "entry"));
                }
            }
        };
        await using var app = new App(
            kit =>
            {
                kit.Configure(options => (options.Sending.RetryDelay, options.Sending.MaxRetryDelay, options.Sending.MaxAttempts) = (TimeSpan.FromTicks(1000), TimeSpan.FromTicks(2000), 100));
                kit.Publish<Order>("order", _ => new FakeDestination("orders", _sender)).KeyBy(order => order.Customer);
            },
            time: TimeProvider.System);
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 10).Select(async key =>
        {
            var under = new List<Task>();
            for (var number = 0; number < 100; number++)
            {
                under.Add(app.Bus.PublishAsync(new Order(number, $"{key}")).AsTask());
            }

            await Task.WhenAll(under);
        })));

        Assert.All(
            _sender.Sent.GroupBy(sent => sent.Key),
            group => Assert.Equal(Enumerable.Range(0, 100), group.Select(sent => System.Text.Json.JsonSerializer.Deserialize<Order>(sent.Body, System.Text.Json.JsonSerializerOptions.Web)!.Number)));
        Assert.Equal(1000, _sender.Sent.Count);
    }

    [Fact]
    public async Task Failed_message_gives_its_turn_to_the_next_of_its_key()
    {
        _sender.Features = TransportFeatures.SerialKeys;
        _sender.OnSend = (batch, _) => batch[0].Id == "1" ? throw new TransportException(FailureKind.Permanent, "refused") : default;
        await using var app = Orders(route => route.KeyBy(_ => "key"));
        var first = app.Bus.PublishAsync(new Order(1), new() { Id = "1" }).AsTask();
        var second = app.Bus.PublishAsync(new Order(2), new() { Id = "2" }).AsTask();

        await Wait.Fails<TransportException>(first);
        await Wait.For(second);
    }

    [Fact]
    public async Task Waiting_for_the_turn_of_a_key_can_be_cancelled()
    {
        _sender.Features = TransportFeatures.SerialKeys;
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        using var cancellation = new CancellationTokenSource();
        await using var app = Orders(route => route.KeyBy(_ => "key"));
        var first = app.Bus.PublishAsync(new Order(1)).AsTask();
        var second = app.Bus.PublishAsync(new Order(2), cancellationToken: cancellation.Token).AsTask();
        var third = app.Bus.PublishAsync(new Order(3)).AsTask();
        await cancellation.CancelAsync();
        await Wait.Fails<OperationCanceledException>(second);
        gate.SetResult();

        await Wait.For(Task.WhenAll(first, third));
        Assert.Equal(2, _sender.Sent.Count);
    }

    [Fact]
    public async Task Envelopes_sent_past_the_bus_keep_the_order_of_their_key_too()
    {
        _sender.Features = TransportFeatures.SerialKeys;
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        await using var app = Orders(route => route.KeyBy(_ => "key"));
        _ = app.Bus.PublishAsync(new Order(1), new() { Id = "1" });
        await Wait.Until(() => _sender.Calls == 1);
        var second = app.Channel.SendAsync(new Envelope("2", "", "{}"u8.ToArray()) { Key = "key" }, default).AsTask();
        var other = app.Channel.SendAsync(new Envelope("3", "", "{}"u8.ToArray()) { Key = "other" }, default).AsTask();
        await Wait.Until(() => _sender.Calls == 2);
        gate.SetResult();

        await Wait.For(Task.WhenAll(second, other));
        Assert.Equal(["1", "2"], _sender.Sent.Where(sent => sent.Key == "key").Select(sent => sent.Id));
    }

    [Fact]
    public async Task Routes_to_one_place_share_its_sender()
    {
        await using var app = new App(kit =>
        {
            kit.Publish<Order>("order", _ => new FakeDestination("orders", _sender));
            kit.Publish<Parcel>("parcel", _ => new FakeDestination("ORDERS", _sender));
        });
        Assert.NotNull(app.Bus);
        Assert.Single(app.Runtime.Channels);
    }

    [Fact]
    public async Task Observers_are_told_what_became_of_each_message()
    {
        var observer = new Observer();
        await using var app = Orders(observer: observer);
        await Wait.For(app.Bus.PublishAsync(new Order(1)));
        _sender.OnSend = (_, _) => throw new TransportException(FailureKind.Denied, "no");
        await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(2)));

        Assert.Equal(["published Order { Number = 1, Customer =  } to fake:orders", "failed Order { Number = 2, Customer =  }: no"], observer.Told);
    }

    [Fact]
    public async Task Observer_that_throws_changes_no_outcome_and_is_logged()
    {
        var observer = new Observer();
        await using var app = new App(
            kit => kit.Publish<Order>("order", _ => new FakeDestination("orders", _sender)),
            services => services.AddSingleton<IMessageObserver, ThrowingObserver>().AddSingleton<IMessageObserver>(observer));
        await Wait.For(app.Bus.PublishAsync(new Order(1)));

        Assert.Single(observer.Told);
        Assert.True(app.Log.Has(LogLevel.Error, nameof(ThrowingObserver)));
    }

    [Fact]
    public async Task Destination_that_refuses_is_remembered_until_it_takes_a_call_or_for_half_a_minute()
    {
        await using var app = Orders();
        _sender.OnSend = (_, _) => throw new TransportException(FailureKind.NotFound, "no such queue");
        await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1)));
        Assert.Equal("no such queue", app.Channel.Refusal?.Message);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(app.Channel.Refusal);

        await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1)));
        Assert.NotNull(app.Channel.Refusal);
        _sender.OnSend = null;
        await Wait.For(app.Bus.PublishAsync(new Order(1)));
        Assert.Null(app.Channel.Refusal);
    }

    [Fact]
    public async Task Destination_that_takes_long_to_refuse_is_remembered_as_long_from_then()
    {
        await using var app = Orders();
        _sender.OnSend = (_, _) =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(30));
            throw new TransportException(FailureKind.Permanent, "no answer");
        };
        await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1)));
        Assert.Equal("no answer", app.Channel.Refusal?.Message);
    }

    [Fact]
    public async Task More_headers_than_a_consumer_reads_fail_the_publish()
    {
        await using var app = Orders();
        await Wait.For(app.Bus.PublishAsync(new Order(1), new() { Headers = Headers(100) }));
        var failure = await Wait.Fails<ArgumentException>(app.Bus.PublishAsync(new Order(2), new() { Headers = Headers(101) }));
        Assert.Contains("101 headers", failure.Message, StringComparison.Ordinal);
        Assert.Single(_sender.Sent);

        static IEnumerable<KeyValuePair<string, string>> Headers(int count) => Enumerable.Range(0, count).Select(number => KeyValuePair.Create($"h{number}", "v"));
    }

    [Fact]
    public async Task Message_that_is_refused_for_itself_says_nothing_about_the_destination()
    {
        await using var app = Orders();
        _sender.OnSend = (batch, _) =>
        {
            batch.Fail(0, new TransportException(FailureKind.Permanent, "a character that is not allowed"));
            return default;
        };
        await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1)));
        Assert.Null(app.Channel.Refusal);
    }

    [Fact]
    public async Task Publishing_after_the_end_fails()
    {
        await using var app = Orders();
        var bus = app.Bus;
        await Wait.For(bus.PublishAsync(new Order(1)));
        await app.Runtime.DisposeAsync();
        Assert.Contains("stopped", (await Wait.Fails<TransportException>(bus.PublishAsync(new Order(2)))).Message, StringComparison.Ordinal);
    }

    private void Publish(MessagingBuilder kit, bool hasMiddleware)
    {
        var route = kit.Publish<Order>("order", _ => new FakeDestination("orders", _sender));
        if (hasMiddleware)
        {
            route.Use((context, next) => next(context));
        }
    }

    private App Orders(Action<PublishBuilder<Order>>? route = null, IMessageObserver? observer = null) => new(
        kit =>
        {
            var builder = kit.Publish<Order>("order.placed", _ => new FakeDestination("orders", _sender));
            route?.Invoke(builder);
        },
        services => services.AddSingleton(_ => observer ?? new Observer()));

    private sealed record Order(int Number, string? Customer = null);

    private sealed record Parcel(string Name);

    private sealed class Unwritable
    {
        public string First { get; } = new('x', 100_000);

        public string Last => First.Length > 0 ? throw new InvalidOperationException("cannot be read") : First;
    }

    private sealed class Observer : IMessageObserver
    {
        public ConcurrentQueue<string> Told { get; } = new();

        public void Published(PublishContext context) => Told.Enqueue($"published {context.Message} to {context.Destination}");

        public void PublishFailed(PublishContext context, Exception failure) => Told.Enqueue($"failed {context.Message}: {failure.Message}");
    }

    private sealed class ThrowingObserver : IMessageObserver
    {
        public void Published(PublishContext context) => throw new InvalidOperationException("an observer's bug");
    }
}
