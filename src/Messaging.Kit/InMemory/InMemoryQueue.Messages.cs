using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

// Where each message of the queue is, and how it gets from one place to the next. All of it runs under the lock, but the aftermath.
public sealed partial class InMemoryQueue
{
    /// <summary>What became due since the last call: messages whose retention, lease or delay has ended.</summary>
    /// <returns>The time, for the call.</returns>
    private long Begin()
    {
        var now = _clock.Now;
        var retention = _options.Retention.Ticks;
        while (_ages.First != 0 && now - _messages[_ages.First].AcceptedAt >= retention)
        {
            Vanish(_ages.First);
            _expiredCount++;
        }

        while (_leased.First != 0 && _messages[_leased.First].DueAt <= now)
        {
            Wait(_leased.RemoveFirst(_messages), now, 0);
        }

        while (_delayed.TryPeek(out var index, out var place) && (place.DueAt <= now || !IsDelayed(index, place.Sequence)))
        {
            _delayed.Dequeue();
            if (IsDelayed(index, place.Sequence))
            {
                _delayedCount--;
                Wait(index, now, 0);
            }
        }

        Serve(now);
        return now;
    }

    /// <summary>Hands out what the call made available, and says what is to be done after the lock.</summary>
    private Aftermath End(long now)
    {
        Serve(now);
        while (_waits.First is { } wait && wait.Deadline <= now)
        {
            EndWait(wait, []);
        }

        var after = new Aftermath(this, _endedWaits, _deadLetters, _deadLetterQueue, NextDue());
        (_endedWaits, _deadLetters) = (default, null);
        return after;
    }

    private void Serve(long now)
    {
        while (_waits.First is { } wait)
        {
            var messages = Take(wait.MaxMessages, now);
            if (messages.Length == 0)
            {
                return;
            }

            EndWait(wait, messages);
        }
    }

    private void EndWait(ReceiveWait wait, ReceivedEnvelope[] messages, Exception? failure = null)
    {
        _waits.Remove(wait);
        wait.End(messages, failure);
        _endedWaits.AddLast(wait);
    }

    /// <summary>When somebody who waits gets something: without a wait nothing is due, for the next call looks for itself.</summary>
    private long NextDue()
    {
        if (_waits.First is not { } wait)
        {
            return long.MaxValue;
        }

        var due = wait.Deadline;
        if (_leased.First != 0)
        {
            due = Math.Min(due, _messages[_leased.First].DueAt);
        }

        return _delayed.TryPeek(out _, out var place) ? Math.Min(due, place.DueAt) : due;
    }

    private void OnAlarm()
    {
        // Clocks for tests ring on the thread that reads them. A call that does so serves those who wait by itself, and sets the alarm again.
        if (_gate.IsHeldByCurrentThread)
        {
            return;
        }

        Aftermath after;
        lock (_gate)
        {
            after = End(Begin());
        }

        after.Run();
    }

    private int Store(Envelope envelope, byte[]? largeBody, long now)
    {
        var index = _messages.Add();
        ref var message = ref _messages[index];
        message.Content.Set(envelope, _messages.Bodies.Add(envelope.Body.Span, largeBody));
        message.Sequence = ++_sequence;
        message.AcceptedAt = now;
        _ages.AddLast(_messages, index);
        return index;
    }

    private InMemoryReceived Copy(int index)
    {
        ref var message = ref _messages[index];
        return new InMemoryReceived(this, index, in message, _messages.Bodies.Read(message.Content.Body));
    }

    private ReceivedEnvelope[] Take(int maxMessages, long now)
    {
        var count = 0;
        while (count < maxMessages)
        {
            var index = _line.Take();
            if (index == 0)
            {
                break;
            }

            if (_deadLetterQueue is not null && _messages[index].DeliveryCount >= _options.MaxReceiveCount)
            {
                (_deadLetters ??= []).Add(Copy(index));
                Forget(index);
                _deadLetteredCount++;
            }
            else
            {
                Lease(index, now);
                count++;
            }
        }

        _line.EndTake();
        return count == 0 ? [] : DeliverLast(count);
    }

    /// <summary>Makes the deliveries of the messages that were leased last.</summary>
    private ReceivedEnvelope[] DeliverLast(int count)
    {
        var utcNow = _clock.Time.GetUtcNow();
        var deliveries = new ReceivedEnvelope[count];
        for (var index = _leased.Last; count > 0; index = _messages[index].Place.Previous)
        {
            ref var message = ref _messages[index];
            if (++message.DeliveryCount == 1)
            {
                message.FirstDelivered = utcNow;
            }

            deliveries[--count] = Copy(index);
        }

        return deliveries;
    }

    private void Lease(int index, long now)
    {
        ref var message = ref _messages[index];
        message.State = MessageState.Leased;
        message.DueAt = InMemoryClock.After(now, _options.VisibilityTimeout.Ticks);
        _leased.AddLast(_messages, index);
    }

    private void Settle(TransportBatch<SettledEnvelope> batch, int entry, InMemoryReceived receipt, Settlement settlement, long now)
    {
        if ((_brokerFaults.OnSettlement() ?? Faults.OnSettlement()) is { } failure)
        {
            batch.Fail(entry, failure);
            return;
        }

        if (settlement.IsAck && (_brokerFaults.DropsAck() || Faults.DropsAck()))
        {
            return;
        }

        receipt.IsSettled = true;
        _leased.Remove(_messages, receipt.Index);
        if (settlement.IsAck)
        {
            Forget(receipt.Index);
        }
        else
        {
            Wait(receipt.Index, now, Math.Min(settlement.RedeliverAfter.Ticks, MaxLease.Ticks));
        }
    }

    private bool IsLeased(InMemoryReceived receipt)
    {
        if (!_messages.Holds(receipt.Index, receipt.Sequence))
        {
            return false;
        }

        ref var message = ref _messages[receipt.Index];
        return message.State == MessageState.Leased && message.DeliveryCount == receipt.DeliveryCount;
    }

    private bool IsDelayed(int index, long sequence) =>
        _messages.Holds(index, sequence) && _messages[index].State == MessageState.Delayed;

    /// <summary>A message that is nowhere yet, or no longer where it was, waits for its next delivery.</summary>
    private void Wait(int index, long now, long delay)
    {
        ref var message = ref _messages[index];
        if (delay > 0)
        {
            message.State = MessageState.Delayed;
            _delayed.Enqueue(index, (InMemoryClock.After(now, delay), message.Sequence));
            _delayedCount++;
        }
        else
        {
            message.State = MessageState.Waiting;
            _line.Add(index);
        }
    }

    /// <summary>A message that was taken from where it was is gone.</summary>
    private void Forget(int index)
    {
        _line.Release(index);
        Remove(index);
    }

    /// <summary>A message is gone, wherever it is.</summary>
    private void Vanish(int index)
    {
        switch (_messages[index].State)
        {
            case MessageState.Waiting:
                _line.Remove(index);
                Remove(index);
                break;
            case MessageState.Leased:
                _leased.Remove(_messages, index);
                Forget(index);
                break;
            default:
                // Its entry in _delayed is dropped when its turn comes.
                _delayedCount--;
                Forget(index);
                break;
        }
    }

    private void Remove(int index)
    {
        _ages.Remove(_messages, index);
        _messages.Remove(index);
    }

    /// <summary>What a call does when it has let go of the lock.</summary>
    private readonly struct Aftermath(InMemoryQueue queue, WaitList endedWaits, List<Envelope>? deadLetters, InMemoryQueue? deadLetterQueue, long due)
    {
        public void Run()
        {
            if (due != long.MaxValue)
            {
                queue._alarm.RingAt(due);
            }

            if (deadLetters is not null)
            {
                deadLetterQueue!.Accept(new TransportBatch<Envelope>([.. deadLetters]), deduplicate: false);
            }

            var wait = endedWaits.First;
            while (wait is not null)
            {
                // Once it is woken it may be used again.
                var next = wait.Next;
                wait.Next = null;
                wait.Wake();
                wait = next;
            }
        }
    }
}
