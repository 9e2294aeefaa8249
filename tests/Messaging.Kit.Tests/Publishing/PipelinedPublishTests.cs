using System.Diagnostics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.Publishing;

/// <summary>Publishing to a sender that takes envelopes over and tells their outcome later: with and without something on the way.</summary>
public sealed class PipelinedPublishTests
{
    private readonly FakePipelinedSender _sender = new();

    /// <summary>Nothing on the way, middleware on the way, an observer, an activity to pass on.</summary>
    public static TheoryData<string> Ways => ["straight", "middleware", "observer", "activity"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Publish_completes_with_the_word_of_the_broker(string way)
    {
        await using var app = Orders(way);
        var first = app.Bus.PublishAsync(new Order(1, "ann")).AsTask();
        var second = app.Bus.PublishAsync(new Order(2)).AsTask();
        await Wait.Until(() => _sender.Taken.Count == 2);
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal([("ann", """{"number":1,"customer":"ann"}"""), (null, """{"number":2,"customer":null}""")], _sender.Taken.Select(sent => (sent.Key, sent.Text)));

        _sender.Conclude();
        await Wait.For(Task.WhenAll(first, second));

        var third = app.Bus.PublishAsync(new Order(3)).AsTask();
        _sender.Conclude(new TransportException(FailureKind.Transient, "gone"));
        Assert.Equal("gone", (await Wait.Fails<TransportException>(third)).Message);
        Assert.Equal("gone", app.Channel.Refusal?.Message);
        Assert.Equal((0, 0), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Many_have_each_their_own_outcome_and_id(string way)
    {
        await using var app = Orders(way);
        _sender.Refuse = envelope => envelope.Key == "bad" ? new TransportException(FailureKind.Permanent, "no") : null;
        var publishing = app.Bus.PublishManyAsync(
            Enumerable.Range(0, 9_000).Select(number => new Order(number, number % 1_000 == 7 ? "bad" : $"{number % 50}"))).AsTask();
        while (!publishing.IsCompleted)
        {
            _sender.Conclude();
            await Task.Yield();
        }

        var outcomes = await publishing;
        Assert.Equal(Enumerable.Range(0, 9_000).Where(number => number % 1_000 == 7), Enumerable.Range(0, 9_000).Where(number => !outcomes[number].IsAccepted));
        var accepted = outcomes.Where(outcome => outcome.IsAccepted).Select(outcome => outcome.Id).ToList();
        Assert.Equal(accepted.Order(StringComparer.Ordinal), _sender.Taken.Select(sent => sent.Id).Order(StringComparer.Ordinal));
        AssertOrderOfKeys();
        Assert.Equal((0, 0), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Message_that_finds_no_room_holds_up_those_of_its_key(string way)
    {
        await using var app = Orders(way);
        _sender.Fill();
        var waiting = app.Bus.PublishAsync(new Order(0, "ann")).AsTask();
        var behind = app.Bus.PublishAsync(new Order(1, "ann")).AsTask();
        _sender.Empty();
        var last = app.Bus.PublishAsync(new Order(2, "ann")).AsTask();
        await Wait.Until(() => _sender.Taken.Count == 3);
        _sender.Conclude();
        await Wait.For(Task.WhenAll(waiting, behind, last));
        Assert.Equal(["0", "1", "2"], _sender.Taken.Select(sent => sent.Text[10..11]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Message_that_waits_for_room_can_be_taken_back(string way)
    {
        await using var app = Orders(way);
        _sender.Fill();
        using var cancel = new CancellationTokenSource();
        var waiting = app.Bus.PublishAsync(new Order(0, "ann"), default, cancel.Token).AsTask();
        var behind = app.Bus.PublishAsync(new Order(1, "ann")).AsTask();
        await cancel.CancelAsync();
        await Wait.Fails<OperationCanceledException>(waiting);
        _sender.Empty();
        await Wait.Until(() => _sender.Taken.Count == 1);
        _sender.Conclude();
        await Wait.For(behind);
        Assert.Null(app.Channel.Refusal);
        Assert.Equal((0, 0), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_more_than_allowed_wait_for_their_outcome(string way)
    {
        await using var app = Orders(way, new() { ["Messaging:Sending:MaxWaiting"] = "10" });
        var publishes = Enumerable.Range(0, 35).Select(number => app.Bus.PublishAsync(new Order(number, $"{number % 3}")).AsTask()).ToList();
        foreach (var expected in new[] { 10, 20, 30, 35 })
        {
            await Wait.Until(() => _sender.Taken.Count >= expected);
            await Task.Delay(20, Wait.Stop);
            Assert.Equal(expected, _sender.Taken.Count);
            _sender.Conclude();
        }

        await Wait.For(Task.WhenAll(publishes));
        AssertOrderOfKeys();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Message_that_cannot_be_sent_fails_alone_and_takes_no_room(string way)
    {
        await using var app = Orders(way, new() { ["Messaging:Sending:MaxWaiting"] = "2" });
        for (var round = 0; round < 5; round++)
        {
            await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(1, new string('x', 2_000))));
            Assert.Null(app.Channel.Refusal);
            await Wait.Fails<TransportException>(app.Bus.PublishAsync(new Order(2), new PublishOptions { Delay = TimeSpan.FromSeconds(1) }));
            _sender.Refuse = _ => new InvalidOperationException("a defect");
            await Wait.Fails<InvalidOperationException>(app.Bus.PublishAsync(new Order(3)));
            _sender.Refuse = null;
        }

        var publish = app.Bus.PublishAsync(new Order(4)).AsTask();
        await Wait.Until(() => _sender.Taken.Count == 1);
        _sender.Conclude();
        await Wait.For(publish);
        Assert.Equal((0, 0), (app.Channel.Capacity.Slots, app.Channel.Capacity.Bytes));
    }

    [Fact]
    public async Task Whoever_tells_the_outcome_does_not_run_what_waits_for_it()
    {
        await using var app = Orders("straight");
        var publish = ContinueAsync();
        var teller = new Thread(() => _sender.Conclude());
        teller.Start();
        Assert.NotEqual(teller.ManagedThreadId, await Wait.For(publish));

        async Task<int> ContinueAsync()
        {
            await app.Bus.PublishAsync(new Order(1)).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task Trace_context_travels()
    {
        await using var app = Orders("activity");
        var publish = app.Bus.PublishAsync(new Order(1)).AsTask();
        _sender.Conclude();
        await Wait.For(publish);
        Assert.Equal(Activity.Current!.Id, Assert.Single(_sender.Taken).Headers["traceparent"]);
    }

    private App Orders(string way, Dictionary<string, string?>? settings = null)
    {
        if (way == "activity")
        {
            // Current until the test ends.
            new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        }

        return new(
            kit =>
            {
                var route = kit.Publish<Order>("order", _ => new FakeDestination("orders", _sender)).KeyBy(order => order.Customer);
                if (way == "middleware")
                {
                    route.Use((context, next) => next(context));
                }
            },
            services =>
            {
                if (way == "observer")
                {
                    services.AddSingleton<IMessageObserver>(new Observer());
                }
            },
            settings);
    }

    private void AssertOrderOfKeys()
    {
        foreach (var key in _sender.Taken.GroupBy(sent => sent.Key))
        {
            var numbers = key.Select(sent => int.Parse(sent.Text[10..sent.Text.IndexOf(',', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    private sealed record Order(int Number, string? Customer = null);

    private sealed class Observer : IMessageObserver;
}
