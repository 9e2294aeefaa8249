using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>A message whose id has been there is accepted and not delivered again; everything else is delivered.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class DeduplicationConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    /// <summary>Sent twice, whether before or after the first has been acked: delivered once, as it was the first time.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task An_id_is_delivered_once()
    {
        var (channel, consumer) = await OpenDeduplicatedAsync();
        var sent = Sample.Numbered(1, "key");
        await SendAsync(channel, sent);
        await SendAsync(channel, new Envelope(sent.Id, sent.Type, "\"another body\""u8.ToArray()) { Key = "key" });
        var received = await consumer.TakeOneAsync();
        Sample.AssertSame(sent, received);
        await consumer.AckAsync(received);
        await SendAsync(channel, sent);
        await consumer.TakeNothingAsync("the id has been delivered and acked");
    }

    /// <summary>Twice in one call: both are accepted, one is delivered.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task An_id_that_is_twice_in_a_batch_is_delivered_once()
    {
        var (channel, consumer) = await OpenDeduplicatedAsync();
        Assert.SkipUnless(channel.Sender.Limits.BatchCount >= 3, "The sender takes fewer than three messages in one call.");
        var sent = Sample.Numbered(1, "key");
        Assert.All(await channel.Sender.TrySendAsync([sent, Sample.Numbered(2, "other"), sent], Token), Assert.Null);
        Assert.Equal([1, 2], (await consumer.TakeAndAckAsync(2)).Select(Sample.NumberOf).Order());
        await consumer.TakeNothingAsync("both ids have been delivered");
    }

    /// <summary>The id alone tells a duplicate: equal bodies under different ids are all delivered, and so are ids that differ only in case or far behind.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Different_ids_are_all_delivered()
    {
        var (channel, consumer) = await OpenDeduplicatedAsync();
        var far = new string('f', 300);
        var run = Guid.NewGuid().ToString("N");
        string[] ids = [$"{run}a", $"{run}A", $"{run}a ", $"{run}ä", $"{run}/a", $"{run}{far}1", $"{run}{far}2", $"{far}{run}"];
        await SendAsync(channel, [.. ids.Select(id => Sample.WithId(id))]);
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await consumer.TakeAndAckAsync(ids.Length)).Select(envelope => envelope.Id).Order(StringComparer.Ordinal));
    }

    /// <summary>A redelivery is no duplicate: a returned message comes again.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_returned_message_is_no_duplicate()
    {
        var (channel, consumer) = await OpenDeduplicatedAsync();
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        var sent = Sample.Numbered(1);
        await SendAsync(channel, sent);
        await consumer.NackAsync(await consumer.TakeOneAsync());
        await SendAsync(channel, sent);
        await consumer.AckAsync(await consumer.TakeOneAsync());
        await consumer.TakeNothingAsync("the message was acked at its second delivery, and its copy was a duplicate");
    }

    private async Task<(TransportChannel Channel, Consumer Consumer)> OpenDeduplicatedAsync()
    {
        var channel = await OpenAsync(new ChannelOptions { Deduplicated = true });
        SenderNeeds(channel, TransportFeatures.Deduplication);
        return (channel, Consume(channel));
    }
}
