using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>Does what comes to mind, at random, and compares the broker with a model that is too simple to be wrong.</summary>
public sealed class ModelTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromSeconds(250);

    public static TheoryData<int, bool> Runs => [.. Enumerable.Range(1, 10).SelectMany(seed => new TheoryDataRow<int, bool>[] { new(seed, false), new(seed, true) })];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Broker_does_what_the_model_does(int seed, bool isFifo)
    {
        var bench = new Bench();
        var name = isFifo ? Bench.Fifo : Bench.Queue;
        var queue = bench.Declare(name, options =>
        {
            options.VisibilityTimeout = Lease;
            options.Retention = Retention;
            options.DeadLetterQueue = isFifo ? "dead.fifo" : "dead";
            options.MaxReceiveCount = 3;
        });
        var dead = bench.Broker.GetQueue(isFifo ? "dead.fifo" : "dead");
        var model = new Model(isFifo);
        var random = new Random(seed);
        var receipts = new List<(ReceivedEnvelope Envelope, Model.Message Message)>();
        var sent = 0;
        for (var step = 0; step < 700; step++)
        {
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    var batch = Enumerable.Range(0, random.Next(1, 4))
                        .Select(_ => Bench.Message($"{++sent}", $"{random.Next(4)}", !isFifo && random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 60)) : default))
                        .ToArray();
                    await bench.Send(name, batch);
                    model.Send(batch);
                    break;
                case 3 or 4 or 5:
                    var most = random.Next(1, 8);
                    var received = await bench.Receive(name, most);
                    var expected = model.Receive(most);
                    Assert.Equal(expected.Select(message => (message.Id, message.Deliveries)), received.Select(envelope => (envelope.Id, envelope.DeliveryCount)));
                    receipts.AddRange(received.Zip(expected));
                    break;
                case 6 or 7 or 8 or 9 when receipts.Count > 0:
                    // Mostly a recent receipt, sometimes one that is settled or stale by now.
                    var (envelope, message) = receipts[random.Next(4) == 0 ? random.Next(receipts.Count) : Math.Max(0, receipts.Count - 1 - random.Next(5))];
                    var settlement = random.Next(3) == 0 ? Settlement.Nack(TimeSpan.FromSeconds(random.Next(2) * random.Next(50))) : Settlement.Ack;
                    var failed = (await bench.Settle(name, settlement, envelope)).FailedCount == 1;
                    Assert.Equal(model.Settle(message, envelope.DeliveryCount, settlement), failed);
                    break;
                case 10 when receipts.Count > 0:
                    var (renewed, leased) = receipts[Math.Max(0, receipts.Count - 1 - random.Next(5))];
                    Assert.Equal(model.Renew(leased, renewed.DeliveryCount), (await bench.Renew(name, renewed)).FailedCount == 1);
                    break;
                case 11:
                    var time = TimeSpan.FromSeconds(random.Next(20));
                    bench.Time.Advance(time);
                    model.Advance(time);
                    break;
                default:
                    break;
            }

            Assert.Equal((model.Backlog, model.Dead, model.Expired), (queue.Backlog, queue.DeadLetteredCount, queue.ExpiredCount));
            if (step % 10 == 0)
            {
                Assert.Equal(model.Waiting, queue.Peek().Select(waiting => waiting.Id));
                Assert.Equal(model.Dead, dead.Backlog.Total);
            }
        }

        Assert.True(model is { Dead: > 0, Expired: > 0 });
    }

    private sealed class Model(bool isFifo)
    {
        private readonly List<Message> _messages = [];
        private TimeSpan _now;
        private readonly List<string> _turns = [];
        private long _places;

        public int Dead { get; private set; }

        public int Expired { get; private set; }

        public Backlog Backlog => new(Count(State.Waiting), Count(State.Leased), Count(State.Delayed));

        public IEnumerable<string> Waiting => _messages.Where(message => message.State == State.Waiting).Select(message => message.Id);

        public void Send(IEnumerable<Envelope> batch)
        {
            foreach (var envelope in batch)
            {
                var message = new Message { Id = envelope.Id, Key = envelope.Key!, SentAt = _now };
                _messages.Add(message);
                Wait(message, envelope.Delay);
            }
        }

        public List<Message> Receive(int most)
        {
            var taken = new List<Message>();
            while (taken.Count < most && Next() is { } next)
            {
                if (next.Deliveries == 3)
                {
                    _messages.Remove(next);
                    Dead++;
                    continue;
                }

                next.Deliveries++;
                (next.State, next.Until, next.Holds) = (State.Leased, _now + Lease, true);
                next.Place = ++_places;
                taken.Add(next);
            }

            if (_turns.Count > 0 && IsHeld(_turns[0]))
            {
                _turns.RemoveAt(0);
            }

            return taken;
        }

        /// <returns>Whether it fails.</returns>
        public bool Settle(Message message, int delivery, Settlement settlement)
        {
            if (message.Settled.Contains(delivery))
            {
                return false;
            }

            if (!IsLeased(message, delivery))
            {
                return true;
            }

            message.Settled.Add(delivery);
            if (settlement.IsAck)
            {
                _messages.Remove(message);
                OfferTurn(message.Key);
            }
            else
            {
                Wait(message, settlement.RedeliverAfter);
            }

            return false;
        }

        /// <returns>Whether it fails.</returns>
        public bool Renew(Message message, int delivery)
        {
            if (IsLeased(message, delivery))
            {
                (message.Until, message.Place) = (_now + Lease, ++_places);
                return false;
            }

            return true;
        }

        public void Advance(TimeSpan time)
        {
            _now += time;
            foreach (var message in _messages.Where(message => _now - message.SentAt >= Retention).ToArray())
            {
                _messages.Remove(message);
                OfferTurn(message.Key);
                Expired++;
            }

            foreach (var message in _messages.Where(message => message.State == State.Leased && message.Until <= _now).OrderBy(message => message.Place).ToArray())
            {
                Wait(message, TimeSpan.Zero);
            }

            foreach (var message in _messages.Where(message => message.State == State.Delayed && message.Until <= _now).OrderBy(message => message.Until).ToArray())
            {
                Wait(message, TimeSpan.Zero);
            }
        }

        private Message? Next()
        {
            var waiting = _messages.Where(message => message.State == State.Waiting);
            if (!isFifo)
            {
                return waiting.MinBy(message => message.Place);
            }

            while (_turns.Count > 0)
            {
                if (waiting.FirstOrDefault(message => message.Key == _turns[0]) is { } next)
                {
                    return next;
                }

                _turns.RemoveAt(0);
            }

            return null;
        }

        private void OfferTurn(string key)
        {
            if (!IsHeld(key) && !_turns.Contains(key) && _messages.Exists(message => message.Key == key && message.State == State.Waiting))
            {
                _turns.Add(key);
            }
        }

        private bool IsHeld(string key) => _messages.Exists(message => message.Key == key && message.Holds);

        private bool IsLeased(Message message, int delivery) =>
            _messages.Contains(message) && message.State == State.Leased && message.Deliveries == delivery;

        private void Wait(Message message, TimeSpan delay)
        {
            message.State = delay > TimeSpan.Zero ? State.Delayed : State.Waiting;
            message.Until = _now + delay;
            message.Holds &= delay > TimeSpan.Zero;
            message.Place = ++_places;
            OfferTurn(message.Key);
        }

        private int Count(State state) => _messages.Count(message => message.State == state);

        public enum State
        {
            Waiting,
            Delayed,
            Leased,
        }

        public sealed class Message
        {
            public required string Id { get; init; }

            public required string Key { get; init; }

            public required TimeSpan SentAt { get; init; }

            public HashSet<int> Settled { get; } = [];

            public State State { get; set; }

            public TimeSpan Until { get; set; }

            public long Place { get; set; }

            public int Deliveries { get; set; }

            public bool Holds { get; set; }
        }
    }
}
