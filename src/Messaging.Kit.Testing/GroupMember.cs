using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing;

/// <summary>A member of a group that receives and acks on and on, until it leaves.</summary>
internal sealed class GroupMember
{
    private const int MostAtOnce = 50;

    private readonly ITransportReceiver _receiver;
    private readonly Action<ReceivedEnvelope> _onReceived;
    private readonly Action<ReceivedEnvelope> _onAcked;
    private readonly ConcurrentQueue<ReceivedEnvelope> _received = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task _loop;
    private volatile bool _leavesUnacked;

    /// <summary>Joins.</summary>
    /// <param name="receiver">The member's receiver.</param>
    /// <param name="onReceived">Is told of each message, before it is acked.</param>
    /// <param name="onAcked">Is told of each message whose ack has succeeded.</param>
    /// <param name="token">Ends all.</param>
    public GroupMember(ITransportReceiver receiver, Action<ReceivedEnvelope> onReceived, Action<ReceivedEnvelope> onAcked, CancellationToken token)
    {
        (_receiver, _onReceived, _onAcked) = (receiver, onReceived, onAcked);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        _loop = Task.Run(RunAsync, token);
    }

    /// <summary>All that it has received so far.</summary>
    public IReadOnlyCollection<ReceivedEnvelope> Received => _received;

    /// <summary>Whether it receives no more, because it left or failed.</summary>
    public bool HasEnded => _loop.IsCompleted;

    /// <summary>Leaves the group, in order.</summary>
    public async Task LeaveAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _receiver.DisposeAsync();
    }

    /// <summary>Leaves the group with what it receives next, which it does not ack. Something has to come for that.</summary>
    public async Task LeaveUnackedAsync()
    {
        _leavesUnacked = true;
        await _loop;
        await _receiver.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            IReadOnlyList<ReceivedEnvelope> came;
            try
            {
                came = await _receiver.ReceiveAsync(Math.Min(MostAtOnce, _receiver.Limits.BatchCount), _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            foreach (var envelope in came)
            {
                _onReceived(envelope);
                _received.Enqueue(envelope);
            }

            if (came.Count == 0)
            {
                continue;
            }

            if (_leavesUnacked)
            {
                return;
            }

            await AckAsync(came);
        }
    }

    private async Task AckAsync(IReadOnlyList<ReceivedEnvelope> came)
    {
        var batch = new TransportBatch<SettledEnvelope>([.. came.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]);
        await _receiver.SettleAsync(batch, CancellationToken.None);
        for (var i = 0; i < came.Count; i++)
        {
            // What has moved meanwhile comes again elsewhere.
            if (batch.FailureOf(i) is not { } failure)
            {
                _onAcked(came[i]);
            }
            else
            {
                failure.AssertIs(FailureKind.NotFound, "The outcome of an ack, unless it succeeds,");
            }
        }
    }
}
