using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

// Who reads what: groups and their members, what they receive and settle, and how partitions go from one to the next.
public sealed partial class InMemoryStream
{
    private readonly List<StreamClaim> _revoked = [];

    /// <summary>Declares a group, which begins to be waited for from now on.</summary>
    internal void DeclareGroup(string name, bool atEnd)
    {
        lock (_gate)
        {
            GetOrAddGroup(name, atEnd);
        }
    }

    internal ValueTask<IReadOnlyList<ReceivedEnvelope>> Receive(StreamMember member, string group, int maxMessages, CancellationToken cancellationToken)
    {
        ReceivedEnvelope[] messages;
        ReceiveWait? wait = null;
        Aftermath after;
        lock (_gate)
        {
            // Under the lock: a receiver that is disposed from now on finds the wait that begins here.
            ObjectDisposedException.ThrowIf(member.IsDisposed, typeof(InMemoryStreamReceiver));
            Join(member, group);
            messages = member.Take(maxMessages);
            if (messages.Length == 0 && member.Options.WaitTime > TimeSpan.Zero)
            {
                wait = member.RentWait(this);
                wait.Start(maxMessages, RingAfter(member.Options.WaitTime));
                member.Waits.AddLast(wait);
            }

            after = End();
        }

        after.Run();
        return wait is null ? new(messages) : wait.AsTask(cancellationToken);
    }

    internal void Settle(TransportBatch<SettledEnvelope> batch)
    {
        Aftermath after;
        lock (_gate)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var (envelope, settlement) = batch[i];
                if (envelope is not StreamReceived received || received.Claim.Partition.Group.Stream != this)
                {
                    batch.Fail(i, new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' was not received from this stream."));
                }
                else if (!received.IsSettled)
                {
                    Settle(batch, i, received, settlement);
                }
            }

            after = End();
        }

        after.Run();
    }

    internal Backlog BacklogOf(string group, bool atEnd)
    {
        lock (_gate)
        {
            var status = GetOrAddGroup(group, atEnd).ToStatus();
            var inFlight = status.Partitions.Sum(partition => partition.InFlight);
            return new Backlog(status.Lag - inFlight, inFlight, 0);
        }
    }

    /// <summary>A member leaves: what it has not acknowledged goes to others at once.</summary>
    internal void Leave(StreamMember member)
    {
        Aftermath after;
        lock (_gate)
        {
            member.IsDisposed = true;
            while (member.Waits.First is { } wait)
            {
                EndWait(member, wait, [], new ObjectDisposedException(typeof(InMemoryStreamReceiver).FullName));
            }

            if (member.Group is { } group)
            {
                member.Group = null;
                group.Members.Remove(member);
                _members = [.. _members.Where(other => other != member)];
                foreach (var claim in member.Claims.ToList())
                {
                    Lose(claim);
                }

                Rebalance(group);
            }

            after = End();
        }

        after.Run();
    }

    void IReceiveLine.Cancel(ReceiveWait wait, CancellationToken cancellationToken)
    {
        Aftermath after;
        lock (_gate)
        {
            if (wait.IsWaiting)
            {
                EndWait((StreamMember)wait.Receiver, wait, [], new OperationCanceledException(cancellationToken));
            }

            after = End();
        }

        after.Run();
    }

    // All that is below runs under the lock.
    private StreamGroup GetOrAddGroup(string name, bool atEnd)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            group = new StreamGroup(this, name);
            group.Begin(_partitions, atEnd);
            _groups.Add(name, group);
        }

        return group;
    }

    private void Join(StreamMember member, string name)
    {
        if (member.Group is not null)
        {
            return;
        }

        var group = GetOrAddGroup(name, member.Options.StartAtEnd);
        if (group.Members.Count == 0 && member.Options.ReplayFrom is { } from)
        {
            group.Replay(from);
        }

        (member.Group, member.Name) = (group, group.NextMemberName());
        group.Members.Add(member);
        _members = [.. _members, member];
        Rebalance(group);
    }

    private void Rebalance(StreamGroup group)
    {
        group.Assign();
        foreach (var partition in group.Partitions)
        {
            if (partition.Claim is null)
            {
                HandOver(partition);
            }
            else if (partition.Claim is { IsRevoked: false } claim && claim.Member != partition.Target)
            {
                Revoke(claim);
            }
        }
    }

    /// <summary>A partition is to move: what is in hand may be finished, what has not been started is asked for.</summary>
    private void Revoke(StreamClaim claim)
    {
        claim.IsRevoked = true;
        if (claim.InHand == 0 || claim.Member.Options.RevokeTimeout == TimeSpan.Zero)
        {
            HandOver(claim.Partition);
            return;
        }

        claim.RevokeDue = RingAfter(claim.Member.Options.RevokeTimeout);
        _revoked.Add(claim);
        (_after.Holders ??= []).Add((claim.Member, false));
    }

    /// <summary>Whoever has a partition has let go, or has to: the next one goes on where all is done.</summary>
    private void HandOver(GroupPartition partition)
    {
        if (partition.Claim is { } claim)
        {
            Lose(claim);
        }

        if (partition.Target is { } next)
        {
            next.Add(partition.Claim = new StreamClaim(next, partition));
        }
    }

    private void Lose(StreamClaim claim)
    {
        claim.IsLost = true;
        claim.Partition.Claim = null;
        claim.Member.Remove(claim);
        _revoked.Remove(claim);
        if (claim.InHand > 0)
        {
            (_after.Holders ??= []).Add((claim.Member, true));
        }
    }

    private void Settle(TransportBatch<SettledEnvelope> batch, int entry, StreamReceived received, Settlement settlement)
    {
        var claim = received.Claim;
        if (claim.IsLost)
        {
            batch.Fail(entry, new TransportException(
                FailureKind.NotFound,
                $"A partition of '{Name}' has moved to another member of group '{claim.Partition.Group.Name}'; message '{received.Id}' is delivered again there."));
            return;
        }

        if ((_brokerFaults.OnSettlement() ?? Faults.OnSettlement()) is { } failure)
        {
            batch.Fail(entry, failure);
            return;
        }

        claim.Settle(received, settlement.IsAck && !_brokerFaults.DropsAck() && !Faults.DropsAck());
        if (claim.IsRevoked && claim.InHand == 0)
        {
            HandOver(claim.Partition);
        }
    }

    private void EndWait(StreamMember member, ReceiveWait wait, ReceivedEnvelope[] messages, Exception? failure = null)
    {
        member.Waits.Remove(wait);
        wait.End(messages, failure);
        _after.Waits.AddLast(wait);
    }
}
