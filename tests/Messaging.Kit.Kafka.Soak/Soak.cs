using System.Diagnostics;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>
/// Lets messages flow through a group while its members come, go and die, and its brokers as well; then counts.
/// </summary>
internal sealed class Soak(Settings settings)
{
    /// <summary>For how long a broker is away.</summary>
    public static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StallPatience = TimeSpan.FromMinutes(3);

    private readonly List<Member> _members = [];
    private readonly List<string> _faults = [];
    private readonly List<long> _outages = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private IEnumerable<Member> Alive => _members.Where(member => !member.HasEnded);

    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(settings.Folder);
        using var cluster = new Cluster(settings);
        await cluster.PrepareAsync();
        Say($"{settings.Messages:N0} messages, {settings.Protocol}, {(settings.IsExactlyOnce ? "exactly once" : "at least once")}, in {settings.Folder}");
        using var publisher = Member.Start("publish", settings);
        try
        {
            Join(3);
            if (settings.HasFaults)
            {
                await DisturbAsync(cluster);
            }

            await publisher.EndAsync();
            Say("all is published");
            await UntilAsync(() => cluster.Remaining() == 0);
            Say("all is handled");
        }
        catch (TimeoutException exception)
        {
            _faults.Add(exception.Message);
        }

        foreach (var member in Alive.ToList())
        {
            await LeaveAsync(member);
        }

        var took = _clock.Elapsed;
        _faults.AddRange(_members.Where(member => member.KilledAt is null && member.ExitCode != 0).Select(member => $"Member {member.Number} ended with {member.ExitCode}."));
        _members.ForEach(member => member.Dispose());
        var result = await Reconciliation.OfAsync(settings, cluster, _members, _outages, _faults, took);
        result.Print();
        return result.IsReconciled ? 0 : 1;
    }

    private async Task DisturbAsync(Cluster cluster)
    {
        await ReachAsync(0.10);
        Say("member 1 is killed, another comes");
        _members[0].Kill();
        Join(1);

        await ReachAsync(0.25);
        Say("member 2 leaves, another comes");
        Join(1);
        await LeaveAsync(_members[1]);

        await ReachAsync(0.40);
        var broker = cluster.Coordinator();
        Say($"broker {broker}, the group's coordinator, is killed");
        _outages.Add(Stopwatch.GetTimestamp());
        await cluster.KillAsync(broker);
        await Task.Delay(Outage);
        Say($"broker {broker} comes back");
        var start = cluster.StartAsync(broker);

        await ReachAsync(0.55);
        Say("a fourth member comes");
        Join(1);

        await ReachAsync(0.65);
        await start;
        broker = cluster.Coordinator();
        Say($"broker {broker}, the group's coordinator, hangs");
        _outages.Add(Stopwatch.GetTimestamp());
        await cluster.PauseAsync(broker);
        await Task.Delay(Outage);
        Say($"broker {broker} goes on");
        await cluster.ResumeAsync(broker);

        if (settings.IsExactlyOnce)
        {
            // It does not know that it is dead, and goes on with what it has. At least once nobody keeps it from that.
            await ReachAsync(0.75);
            Say("member 4 hangs until the group takes it for dead");
            _members[3].Pause();
            await Task.Delay(settings.SessionTimeout + TimeSpan.FromSeconds(5));
            Say("member 4 goes on");
            _members[3].Resume();
        }

        await ReachAsync(0.85);
        Say("member 3 leaves");
        await LeaveAsync(_members[2]);
    }

    private void Join(int count)
    {
        for (; count > 0; count--)
        {
            _members.Add(Member.Start("work", settings with { Number = _members.Count + 1 }));
        }
    }

    private async Task LeaveAsync(Member member)
    {
        if (await member.StopAsync(StopPatience) is { } took)
        {
            Say($"member {member.Number} has left within {took.TotalSeconds:0.0} s");
        }
        else
        {
            _faults.Add($"Member {member.Number} did not stop within {StopPatience}.");
        }
    }

    private Task ReachAsync(double part) => UntilAsync(() => Handled() >= part * settings.Messages);

    // As long as messages are handled there is hope.
    private async Task UntilAsync(Func<bool> condition)
    {
        for (var (last, since) = (Handled(), Stopwatch.StartNew()); !condition(); await Task.Delay(500))
        {
            if (Handled() is var now && now > last)
            {
                last = now;
                since.Restart();
            }

            if (since.Elapsed > StallPatience)
            {
                throw new TimeoutException($"Nothing has been handled for {StallPatience}, after {last:N0} messages.");
            }
        }
    }

    private long Handled() => _members.Select(member => new FileInfo(HandledLog.FileIn(settings.Folder, member.Number))).Sum(file => file.Exists ? file.Length / HandledLog.EntryBytes : 0);

    private void Say(string what) => Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {_clock.Elapsed.TotalSeconds,6:0.0} s  {Handled(),10:N0}  {what}");
}
