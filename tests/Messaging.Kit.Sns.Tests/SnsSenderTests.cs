using System.Net;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsSenderTests : IAsyncDisposable
{
    private readonly FakeSns _sns = new();
    private readonly SnsSender _sender;

    public SnsSenderTests()
    {
        _sns.Add("another");
        _sns.Add("orders");
        _sender = Sender("orders");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    [Fact]
    public async Task Batch_is_one_call_and_the_topic_is_looked_up_once()
    {
        Assert.All(await SendAsync(Messages(10)), Assert.Null);
        Assert.All(await SendAsync(Messages(3)), Assert.Null);

        Assert.Equal(["ListTopics", "ListTopics", "GetTopicAttributes", "PublishBatch", "PublishBatch"], _sns.Calls);
        Assert.Equal([10, 3], _sns.Published.Select(entries => entries.Count));
        Assert.Equal(["0", "1", "2"], _sns.Published[1].Select(entry => entry.Id));
        Assert.Contains("m9", Encoding.UTF8.GetString(_sns.Published[0][9].Message.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, SnsTopic.DefaultBytes)]
    [InlineData("1048576", SnsTopic.MostBytes)]
    [InlineData("2048", 2048)]
    public async Task Limits_are_those_of_the_topic_once_it_has_been_asked(string? told, int bytes)
    {
        if (told is not null)
        {
            _sns.Add("orders", ("MaximumMessageSize", told));
        }

        Assert.Equal(SnsTopic.MostBytes, _sender.Limits.MessageBytes);
        await SendAsync(Messages(1));

        Assert.Equal(new TransportLimits(10, bytes, bytes), _sender.Limits);
    }

    [Fact]
    public async Task Default_counts_where_it_is_forbidden_to_ask()
    {
        _sns.Fault = call => call == "GetTopicAttributes" ? FakeSns.Error("AuthorizationError", HttpStatusCode.Forbidden) : null;

        Assert.All(await SendAsync(Messages(1)), Assert.Null);

        Assert.Equal(SnsTopic.DefaultBytes, _sender.Limits.MessageBytes);
    }

    [Fact]
    public async Task When_the_answer_is_late_small_messages_go_and_large_ones_wait()
    {
        _sns.Fault = call => call == "GetTopicAttributes" ? FakeSns.Error("Throttled", HttpStatusCode.TooManyRequests) : null;

        var outcomes = await SendAsync(Large(1_000), Large(300_000), Large(1_100_000));

        Assert.Null(outcomes[0]);
        Assert.Equal((FailureKind.Throttled, FailureKind.TooLarge), (KindOf(outcomes[1]), KindOf(outcomes[2])));
        Assert.Equal(SnsTopic.MostBytes, _sender.Limits.MessageBytes);

        _sns.Fault = _ => null;
        Assert.Equal(FailureKind.TooLarge, KindOf((await SendAsync(Large(300_000)))[0]));
    }

    [Fact]
    public async Task Batch_that_was_filled_before_the_limit_was_known_is_taken_apart_by_the_kit()
    {
        _sns.Add("orders", ("MaximumMessageSize", "10240"));

        Assert.Equal(FailureKind.TooLarge, (await Assert.ThrowsAsync<TransportException>(() => SendAsync(Large(8_000), Large(8_000)))).Kind);
        Assert.Empty(_sns.Published);
        Assert.Null((await SendAsync(Large(8_000)))[0]);
    }

    [Fact]
    public async Task Entries_have_the_outcomes_that_the_answer_gives_them_and_none_that_it_does_not_mention_has_succeeded()
    {
        _sns.Answer = entries =>
        [
            new(entries[4].Id) { MessageId = "m" },
            new(entries[0].Id) { MessageId = "m" },
            new(entries[1].Id) { ErrorCode = "InvalidParameter", ErrorMessage = "no", IsSenderFault = true },
            new(entries[2].Id) { ErrorCode = "InternalError" },
            new(entries[5].Id),
            new("99") { MessageId = "m" },
        ];

        var outcomes = await SendAsync(Messages(6));

        Assert.Equal([null, FailureKind.Permanent, FailureKind.Transient, FailureKind.Transient, null, FailureKind.Transient], outcomes.Select(KindOf));
    }

    [Fact]
    public async Task Entry_that_has_succeeded_and_failed_has_failed()
    {
        _sns.Answer = entries => [new(entries[0].Id) { MessageId = "m" }, new(entries[0].Id) { ErrorCode = "InternalError" }];

        Assert.Equal(FailureKind.Transient, KindOf((await SendAsync(Messages(1)))[0]));
    }

    [Fact]
    public async Task Missing_topic_is_not_found_and_is_looked_for_again()
    {
        await using var sender = Sender("refunds");

        var failure = await Assert.ThrowsAsync<TransportException>(() => SendAsync(sender, Messages(1)));
        _sns.Add("refunds");

        Assert.Equal(FailureKind.NotFound, failure.Kind);
        Assert.All(await SendAsync(sender, Messages(1)), Assert.Null);
    }

    [Fact]
    public async Task Forbidden_look_up_says_what_to_do()
    {
        _sns.Fault = call => call == "ListTopics" ? FakeSns.Error("AuthorizationError", HttpStatusCode.Forbidden) : null;

        var failure = await Assert.ThrowsAsync<TransportException>(() => SendAsync(Messages(1)));

        Assert.Equal(FailureKind.Denied, failure.Kind);
        Assert.Contains("AccountId", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topic_that_takes_less_than_it_did_is_asked_again()
    {
        await SendAsync(Messages(1));
        _sns.Fault = call => call == "PublishBatch" ? FakeSns.Error("BatchRequestTooLong") : null;
        await Assert.ThrowsAsync<TransportException>(() => SendAsync(Messages(2)));
        _sns.Fault = _ => null;
        _sns.Add("orders", ("MaximumMessageSize", "2048"));

        await SendAsync(Messages(1));

        Assert.Equal(2048, _sender.Limits.MessageBytes);
    }

    [Fact]
    public void Fifo_topics_have_order_and_know_duplicates_and_all_may_be_filtered_by_body()
    {
        Assert.Equal(TransportFeatures.RoutingByBody | TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication, Sender("orders.fifo").Features);
        Assert.Equal(TransportFeatures.RoutingByBody, _sender.Features);
    }

    private SnsSender Sender(string topic) => new(new SnsTopic(topic, _sns, null), null, NullLogger<SnsSender>.Instance);

    private static Envelope[] Messages(int count) => [.. Enumerable.Range(0, count).Select(number => new Envelope($"m{number}", "t", "1"u8.ToArray()))];

    private static Envelope Large(int bytes) => new("m", "t", Encoding.UTF8.GetBytes($"\"{new string('a', bytes)}\""));

    private static FailureKind? KindOf(Exception? failure) => (failure as TransportException)?.Kind;

    private Task<Exception?[]> SendAsync(params Envelope[] envelopes) => SendAsync(_sender, envelopes);

    private static async Task<Exception?[]> SendAsync(SnsSender sender, params Envelope[] envelopes)
    {
        var batch = new TransportBatch<Envelope>(envelopes);
        await sender.SendAsync(batch, Token);
        return [.. Enumerable.Range(0, batch.Count).Select(batch.FailureOf)];
    }
}
