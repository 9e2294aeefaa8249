using System.Diagnostics;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.Messages;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Faults;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>What the sender and the receiver make of faults on the way to SQS, with the kit's own client and a real endpoint behind.</summary>
public sealed class SqsFaultTests : IAsyncLifetime
{
    private FaultProxy _proxy = null!;
    private ServiceProvider _services = null!;
    private IAmazonSQS _client = null!;
    private SqsQueue _queue = null!;

    public enum What
    {
        Throttled,
        ThrottlingException,
        KmsThrottled,
        ServerError,
        Unavailable,
        Drop,
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var endpoint = BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, "elasticmq");
        Assert.SkipWhen(endpoint is null, $"The environment variable {BrokerEndpoints.AwsVariable} has no 'elasticmq=http://...'.");
        _proxy = FaultProxy.Start(endpoint!);
        _services = new ServiceCollection()
            .AddSingleton(new AWSOptions { Credentials = new BasicAWSCredentials("test", "test") })
            .AddSingleton<SqsClients>()
            .BuildServiceProvider();
        var name = $"faults-{Guid.NewGuid():N}";
        _client = _services.GetRequiredService<SqsClients>().Get(new SqsTransportOptions { ServiceUrl = _proxy.Endpoint.ToString(), Region = "us-east-1" }, name);
        _queue = new SqsQueue(name, _client);
        await _client.CreateQueueAsync(_queue.Name, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            _proxy.Clear();
            await _client.DeleteQueueAsync((await _client.GetQueueUrlAsync(_queue.Name, CancellationToken.None)).QueueUrl, CancellationToken.None);
            await _services.DisposeAsync();
            await _proxy.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(What.Throttled, FailureKind.Throttled)]
    [InlineData(What.ThrottlingException, FailureKind.Throttled)]
    [InlineData(What.KmsThrottled, FailureKind.Throttled)]
    [InlineData(What.ServerError, FailureKind.Transient)]
    [InlineData(What.Unavailable, FailureKind.Transient)]
    [InlineData(What.Drop, FailureKind.Transient)]
    public async Task Call_that_fails_is_of_its_kind_and_can_be_repeated(What what, FailureKind kind)
    {
        Fault[] faults = [Fault.Throttled, Fault.ThrottlingException, Fault.KmsThrottled, Fault.ServerError, Fault.Unavailable, Fault.Drop];
        foreach (var operation in new[] { "SendMessageBatch", "ReceiveMessage", "DeleteMessageBatch" })
        {
            _proxy.Next(1, operation, faults[(int)what]);
        }

        await using var sender = new SqsSender(_queue, NullLogger<SqsSender>.Instance);
        var sent = new Envelope("m1", "fault", "1"u8.ToArray());
        Assert.Equal(kind, (await Assert.ThrowsAsync<TransportException>(() => sender.SendAsync(new(sent), Token).AsTask())).Kind);
        var batch = new TransportBatch<Envelope>(sent);
        await sender.SendAsync(batch, Token);
        Assert.Equal(0, batch.FailedCount);

        await using var receiver = Receiver();
        Assert.Equal(kind, (await Assert.ThrowsAsync<TransportException>(() => receiver.ReceiveAsync(1, Token).AsTask())).Kind);
        var received = Assert.Single(await receiver.ReceiveAsync(1, Token));

        var settle = new TransportBatch<SettledEnvelope>(new SettledEnvelope(received, Settlement.Ack));
        Assert.Equal(kind, KindOf(await FailureOf(() => receiver.SettleAsync(settle, Token), settle, 0)));
        settle = new(new SettledEnvelope(received, Settlement.Ack));
        await receiver.SettleAsync(settle, Token);
        Assert.Equal(0, settle.FailedCount);
        Assert.Equal(new Backlog(0, 0, 0), await receiver.GetBacklogAsync(Token));
    }

    [Fact]
    public async Task Entries_that_fail_are_those_that_did_not_arrive()
    {
        _proxy.Next(1, "SendMessageBatch", Fault.FailEntries(1, 3));
        await using var sender = new SqsSender(_queue, NullLogger<SqsSender>.Instance);
        var batch = new TransportBatch<Envelope>([.. Enumerable.Range(0, 5).Select(number => new Envelope($"m{number}", "fault", "1"u8.ToArray()))]);
        await sender.SendAsync(batch, Token);
        Assert.Equal([null, FailureKind.Transient, null, FailureKind.Transient, null], Enumerable.Range(0, 5).Select(index => KindOf(batch.FailureOf(index))));

        await using var receiver = Receiver();
        var received = await ReceiveAsync(receiver, 3);
        Assert.Equal(["m0", "m2", "m4"], received.Select(envelope => envelope.Id).Order(StringComparer.Ordinal));

        _proxy.Next(1, "DeleteMessageBatch", Fault.FailEntries(0));
        var settle = new TransportBatch<SettledEnvelope>([.. received.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]);
        await receiver.SettleAsync(settle, Token);
        Assert.Equal([FailureKind.Transient, null, null], Enumerable.Range(0, 3).Select(index => KindOf(settle.FailureOf(index))));
        Assert.Equal(new Backlog(0, 1, 0), await receiver.GetBacklogAsync(Token));
    }

    [Fact]
    public async Task Send_whose_answer_is_lost_fails_for_the_moment_and_may_have_arrived()
    {
        _proxy.Next(1, "SendMessageBatch", Fault.LostAnswer);
        await using var sender = new SqsSender(_queue, NullLogger<SqsSender>.Instance);
        var failure = await Assert.ThrowsAsync<TransportException>(() => sender.SendAsync(new(new Envelope("m1", "fault", "1"u8.ToArray())), Token).AsTask());
        Assert.Equal(FailureKind.Transient, failure.Kind);
        await using var receiver = Receiver();
        Assert.Equal("m1", (await ReceiveAsync(receiver, 1))[0].Id);
    }

    [Fact]
    public async Task Call_that_hangs_ends_with_its_token()
    {
        await using var sender = new SqsSender(_queue, NullLogger<SqsSender>.Instance);
        await sender.SendAsync(new(new Envelope("m0", "fault", "1"u8.ToArray())), Token);
        _proxy.Next(1, "SendMessageBatch", Fault.Hang);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var elapsed = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(new(new Envelope("m1", "fault", "1"u8.ToArray())), cancel.Token).AsTask());
        Assert.True(elapsed.Elapsed < TimeSpan.FromSeconds(5), $"It took {elapsed.Elapsed}.");
    }

    [Fact]
    public async Task Client_repeats_nothing_by_itself()
    {
        // One layer repeats, and that is the kit: entry by entry, with back-off, and counted.
        foreach (var fault in new[] { Fault.Throttled, Fault.ServerError, Fault.Drop, Fault.LostAnswer })
        {
            _proxy.Next(1, "SendMessageBatch", fault);
        }

        await using var sender = new SqsSender(_queue, NullLogger<SqsSender>.Instance);
        for (var call = 1; call <= 4; call++)
        {
            await Assert.ThrowsAsync<TransportException>(() => sender.SendAsync(new(new Envelope("m1", "fault", "1"u8.ToArray())), Token).AsTask());
            Assert.Equal(call, _proxy.CountOf("SendMessageBatch").Received);
        }
    }

    private static FailureKind? KindOf(Exception? failure) => failure is null ? null : Assert.IsType<TransportException>(failure).Kind;

    // A settlement that fails as a whole may throw or mark every entry.
    private static async Task<Exception?> FailureOf(Func<ValueTask> settle, TransportBatch<SettledEnvelope> batch, int index)
    {
        try
        {
            await settle();
            return batch.FailureOf(index);
        }
        catch (TransportException exception)
        {
            return exception;
        }
    }

    private static async Task<List<ReceivedEnvelope>> ReceiveAsync(SqsReceiver receiver, int count)
    {
        var received = new List<ReceivedEnvelope>();
        for (var call = 0; received.Count < count && call < 10; call++)
        {
            received.AddRange(await receiver.ReceiveAsync(10, Token));
        }

        Assert.Equal(count, received.Count);
        return received;
    }

    private SqsReceiver Receiver() =>
        new(_queue, new SqsTransportOptions { WaitTime = TimeSpan.FromSeconds(1) }, TimeProvider.System, NullLogger<SqsReceiver>.Instance);
}
