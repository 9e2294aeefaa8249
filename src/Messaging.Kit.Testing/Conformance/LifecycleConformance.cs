using System.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>How senders and receivers end, and what they say when their other end is not there.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class LifecycleConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);
    private static readonly ChannelOptions LongPoll = new() { Poll = AtOnce * 2 };

    /// <summary>
    /// Disposing of a receiver ends the receive that waits, with nothing or with <see cref="ObjectDisposedException"/>: the receive at
    /// once, the disposal at the latest when the poll is over.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Disposing_of_a_receiver_ends_its_receive()
    {
        var channel = await OpenAsync(LongPoll);
        var consumer = Consume(channel);
        var receive = await consumer.BeginReceiveAsync(Token);
        var elapsed = Stopwatch.StartNew();
        var dispose = consumer.Receiver.DisposeAsync().AsTask();
        await AssertEndedAsync(receive);
        Assert.True(elapsed.Elapsed < AtOnce, $"The receive ended {elapsed.Elapsed.TotalSeconds:0.0} s after the receiver was disposed of.");
        await dispose.WaitAsync(LongPoll.Poll + AtOnce, TimeProvider.System, Token);
    }

    /// <summary>A message that is sent right after a waiting receiver was disposed of comes to another at once.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Disposing_of_a_receiver_strands_nothing()
    {
        var channel = await OpenAsync(LongPoll);
        var other = Consume(channel);
        var disposals = new List<Task>();
        for (var round = 0; round < 8; round++)
        {
            var consumer = Consume(channel);
            var receive = await consumer.BeginReceiveAsync(Token);
            disposals.Add(consumer.Receiver.DisposeAsync().AsTask());
            var sent = Sample.Numbered(round);
            await SendAsync(channel, sent);
            await AssertEndedAsync(receive);
            var received = await other.TakeOneAsync();
            Assert.Equal(sent.Id, received.Id);
            await other.AckAsync(received);
        }

        await Task.WhenAll(disposals).WaitAsync(LongPoll.Poll + AtOnce, TimeProvider.System, Token);
    }

    /// <summary>A receiver that has been disposed of refuses to receive and to settle.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_receiver_refuses_when_it_has_been_disposed_of()
    {
        var channel = await OpenAsync();
        await SendAsync(channel, Sample.Numbered(1));
        var consumer = Consume(channel);
        var taken = await consumer.TakeOneAsync();
        await consumer.Receiver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => consumer.Receiver.ReceiveAsync(1, Token).AsTask().WaitAsync(AtOnce, TimeProvider.System, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => consumer.AckAsync(taken).WaitAsync(AtOnce, TimeProvider.System, Token));
    }

    /// <summary>A sender that has been disposed of refuses to send; another one of the same destination goes on.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_sender_refuses_when_it_has_been_disposed_of()
    {
        var channel = await OpenAsync();
        var disposed = channel.CreateSender();
        await disposed.SendAllAsync([Sample.Numbered(1)], Token);
        await disposed.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed.SendAllAsync([Sample.Numbered(2)], Token));
        await SendAsync(channel, Sample.Numbered(3));
        Assert.Equal([1, 3], (await Consume(channel).TakeAndAckAsync(2)).Select(Sample.NumberOf).Order());
    }

    /// <summary>Disposing does no harm when it is done twice, at once by two, or before anything was sent or received.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Disposing_twice_or_unused_does_no_harm()
    {
        var channel = await OpenAsync();
        foreach (var use in new[] { false, true })
        {
            var (sender, receiver) = (channel.CreateSender(), channel.CreateReceiver());
            if (use)
            {
                await sender.SendAllAsync([Sample.Numbered(1)], Token);
                while ((await receiver.ReceiveAsync(1, Token)).Count == 0)
                {
                    // A group takes its time to let a member in, and a receive may end before.
                }
            }

            await Task.WhenAll(sender.DisposeAsync().AsTask(), sender.DisposeAsync().AsTask(), receiver.DisposeAsync().AsTask(), receiver.DisposeAsync().AsTask());
            await sender.DisposeAsync();
            await receiver.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendAllAsync([Sample.Numbered(2)], Token));
        }
    }

    /// <summary>A receiver that is disposed of acks nothing: what it held comes again.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task What_a_disposed_receiver_held_comes_again()
    {
        var lease = TimeSpan.FromSeconds(2);
        var channel = await OpenAsync(new ChannelOptions { Lease = lease });
        await SendAsync(channel, Sample.Numbered(0..2));
        var consumer = Consume(channel);
        var held = await consumer.TakeAsync(2);
        await consumer.Receiver.DisposeAsync();
        var again = await Consume(channel).TakeAsync(2, letPass: lease + TimeSpan.FromSeconds(3));
        Assert.Equal(held.Select(envelope => envelope.Id).Order(StringComparer.Ordinal), again.Select(envelope => envelope.Id).Order(StringComparer.Ordinal));
    }

    /// <summary>A send that is called off throws, or the message has been sent: it does not fail in silence.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_send_that_is_called_off_does_not_fail_in_silence()
    {
        var channel = await OpenAsync();
        var batch = new TransportBatch<Envelope>(Sample.Numbered(1));
        var done = false;
        try
        {
            await channel.Sender.SendAsync(batch, new CancellationToken(true)).AsTask().WaitAsync(AtOnce, TimeProvider.System, Token);
            done = batch.FailedCount == 0;
        }
        catch (OperationCanceledException)
        {
        }

        await SendAsync(channel, Sample.Numbered(2));
        var consumer = Consume(channel);
        var received = (await consumer.TakeAndAckAsync(done ? 2 : 1)).ConvertAll(Sample.NumberOf);
        if (!received.Contains(2))
        {
            // It threw and had been sent all the same, which is allowed.
            received.AddRange((await consumer.TakeAndAckAsync(1)).Select(Sample.NumberOf));
        }

        Assert.Contains(2, received);
        Assert.True(!done || received.Contains(1), "A cancelled send returned without a failure, and the message did not come.");
    }

    /// <summary>Sending to a destination that does not exist is reported as such.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Sending_to_a_missing_destination_is_reported_as_not_found()
    {
        var channel = await OpenAsync(new ChannelOptions { Missing = true });
        var outcomes = await channel.Sender.TrySendAsync(Sample.Numbered(0..2), Token);
        Assert.All(outcomes, outcome => outcome.AssertIs(FailureKind.NotFound, "The outcome of a send to nowhere"));
    }

    /// <summary>Receiving from a source that does not exist is reported as such, every time.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Receiving_from_a_missing_source_is_reported_as_not_found()
    {
        var channel = await OpenAsync(new ChannelOptions { Missing = true });
        var receiver = channel.CreateReceiver();
        for (var time = 0; time < 2; time++)
        {
            var failure = await Assert.ThrowsAsync<TransportException>(() => receiver.ReceiveAsync(1, Token).AsTask().WaitAsync(Harness.Patience, TimeProvider.System, Token));
            failure.AssertIs(FailureKind.NotFound, "The outcome of a receive from nowhere");
        }
    }

    private static async Task AssertEndedAsync(Task<IReadOnlyList<ReceivedEnvelope>> receive)
    {
        try
        {
            var came = await receive.WaitAsync(AtOnce, TimeProvider.System, Token);
            Assert.True(came.Count == 0, $"The receiver was disposed of and its receive still returned {Sample.Describe(came)}.");
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
