namespace Messaging.Kit.InMemory.Streams;

// What happens by the clock, and what a call does when it has let go of the lock.
public sealed partial class InMemoryStream
{
    private void OnAlarm()
    {
        // Clocks for tests ring on the thread that reads them: not in the middle of what it does, but after it.
        if (_gate.IsHeldByCurrentThread)
        {
            _after.Due = 1;
            return;
        }

        Aftermath after;
        lock (_gate)
        {
            var now = _clock.Now;
            foreach (var claim in _revoked.Where(claim => claim.RevokeDue <= now).ToList())
            {
                HandOver(claim.Partition);
            }

            foreach (var post in _partitions.SelectMany(partition => partition.Posts).Where(post => post.Deadline <= now).ToList())
            {
                EndPost(post, Full(post.Partition));
            }

            Serve();
            foreach (var member in _members)
            {
                while (member.Waits.First is { } wait && wait.Deadline <= now)
                {
                    EndWait(member, wait, []);
                }
            }

            _after.Due = NextDue();
            after = End();
        }

        after.Run();
    }

    // All that is below runs under the lock.
    private long RingAfter(TimeSpan time)
    {
        var due = InMemoryClock.After(_clock.Now, time.Ticks);
        _after.Due = _after.Due == 0 ? due : Math.Min(due, _after.Due);
        return due;
    }

    private long NextDue()
    {
        var waits = _members.Select(member => member.Waits.First?.Deadline ?? long.MaxValue);
        var posts = _partitions.Select(partition => partition.Posts.First?.Value.Deadline ?? long.MaxValue);
        var next = waits.Concat(posts).Concat(_revoked.Select(claim => claim.RevokeDue)).Min();
        return next == long.MaxValue ? 0 : next;
    }

    /// <summary>Gives those who wait what a call made available, and says what is to be done after the lock.</summary>
    private Aftermath End()
    {
        if (_posts > 0)
        {
            Admit();
        }

        Serve();
        var after = _after;
        _after = default;
        return after with { Stream = this };
    }

    private void Serve()
    {
        foreach (var member in _members)
        {
            while (member.Waits.First is { } wait)
            {
                var messages = member.Take(wait.MaxMessages);
                if (messages.Length == 0)
                {
                    break;
                }

                EndWait(member, wait, messages);
            }
        }
    }

    private static void Tell(List<(StreamMember Member, bool IsLost)> holders)
    {
        foreach (var (member, isLost) in holders.Distinct())
        {
            if (isLost)
            {
                member.Holder?.Abandon(static envelope => envelope is StreamReceived { Claim.IsLost: true });
            }
            else
            {
                member.Holder?.Release(static envelope => envelope is StreamReceived { Claim.IsRevoked: true });
            }
        }
    }

    private record struct Aftermath
    {
        public InMemoryStream Stream;
        public WaitList Waits;
        public List<StreamPost>? Posts;
        public List<(StreamMember Member, bool IsLost)>? Holders;

        /// <summary>When the next thing happens by the clock; 0 for what is known already.</summary>
        public long Due;

        public readonly void Run()
        {
            if (Due != 0)
            {
                Stream._alarm.RingAt(Due);
            }

            if (Holders is not null)
            {
                Tell(Holders);
            }

            Posts?.ForEach(static post => post.End());
            var wait = Waits.First;
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
