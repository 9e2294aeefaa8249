using System.Diagnostics;
using System.Text.Json;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>What came of a run.</summary>
internal sealed class Reconciliation
{
    // As long as a commit may take when all goes well.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, long> _figures = [];
    private readonly List<string> _faults;
    private readonly Settings _settings;

    private Reconciliation(Settings settings, List<string> faults) => (_settings, _faults) = (settings, faults);

    public bool IsReconciled => _faults.Count == 0;

    public static async Task<Reconciliation> OfAsync(Settings settings, Cluster cluster, List<Member> members, List<long> outages, List<string> faults, TimeSpan took)
    {
        var result = new Reconciliation(settings, faults);
        var published = Published.Read(settings.Folder);
        result.Note("seconds", (long)took.TotalSeconds);
        result.Note("published", published.Counts.Sum(count => (long)count) - published.Unconfirmed.Count);
        result.Note("published, not confirmed", published.Unconfirmed.Count);
        result.Check("input", await cluster.ReadAsync(settings.Input), published);
        var handled = members.SelectMany(member => HandledLog.Read(settings.Folder, member.Number)).OrderBy(entry => entry.At).ToList();
        if (settings.IsExactlyOnce)
        {
            result.Check("output", await cluster.ReadAsync(settings.Output), published);
            result.Note("handled again after an abort", handled.Count - handled.DistinctBy(entry => (entry.Key, entry.Number)).LongCount());
        }
        else
        {
            result.Check("handled", [.. handled.Select(entry => new Item(entry.Key, entry.Number))], published, mayRepeat: true);
            result.CheckRepeats(handled, members, outages);
        }

        await File.WriteAllTextAsync(Path.Combine(settings.Folder, "result.json"), JsonSerializer.Serialize(new { Settings = settings, Figures = result._figures, Faults = faults }, Indented));
        return result;
    }

    public void Print()
    {
        foreach (var (name, figure) in _figures)
        {
            Console.WriteLine($"  {name,-44} {figure,12:N0}");
        }

        _faults.ForEach(fault => Console.WriteLine($"  FAULT  {fault}"));
        Console.WriteLine(IsReconciled ? $"  reconciled: {_settings.Folder}" : $"  NOT RECONCILED: {_settings.Folder}");
    }

    // The items in the order in which they came: each that was confirmed is there, and those of a key ascend.
    private void Check(string where, List<Item> items, Published published, bool mayRepeat = false)
    {
        var seen = new HashSet<Item>();
        var last = Enumerable.Repeat(-1, published.Counts.Length).ToArray();
        var unordered = 0;
        foreach (var item in items.Where(seen.Add))
        {
            unordered += item.Number < last[item.Key] ? 1 : 0;
            last[item.Key] = Math.Max(last[item.Key], item.Number);
        }

        var confirmed = published.Counts.SelectMany((count, key) => Enumerable.Range(0, count).Select(number => new Item(key, number))).Except(published.Unconfirmed).ToList();
        var lost = confirmed.Where(item => !seen.Contains(item)).ToList();
        Note($"{where}: distinct", seen.Count);
        Demand($"{where}: lost", lost.Count);
        Demand($"{where}: out of order within a key", unordered);
        if (mayRepeat)
        {
            Note($"{where}: duplicates", items.Count - seen.Count);
        }
        else
        {
            Demand($"{where}: duplicates", items.Count - seen.Count);
        }

        if (lost.Count > 0)
        {
            _faults.Add($"{where}: the first of the lost are {string.Join(", ", lost.Take(5))}.");
        }
    }

    // A message comes again only when who had it could not commit: because it was killed, or because the group's coordinator was away until the
    // group took it for dead. Then all that follow it in its key come again after it.
    private void CheckRepeats(List<Handled> handled, List<Member> members, List<long> outages)
    {
        var killed = members.Where(member => member.KilledAt is not null).ToDictionary(member => member.Number, member => member.KilledAt!.Value);
        var window = new KafkaTransportOptions().CommitInterval + Grace;
        var before = new Dictionary<(int, int), Handled>();
        var latest = new Dictionary<int, Handled>();
        var (ofKilled, ofExpelled, oldest, backwards) = (0L, 0L, TimeSpan.Zero, 0L);
        var unexplained = new List<(Handled First, Handled Again)>();
        foreach (var entry in handled)
        {
            var isAgain = before.TryGetValue((entry.Key, entry.Number), out var first);
            if (latest.TryGetValue(entry.Key, out var previous) && entry.Number <= previous.Number && entry.Member == previous.Member && !(isAgain && IsInOutage(first.At)))
            {
                backwards++;
            }

            latest[entry.Key] = entry;
            if (!isAgain)
            {
                before[(entry.Key, entry.Number)] = entry;
                continue;
            }

            var age = killed.TryGetValue(first.Member, out var at) ? Stopwatch.GetElapsedTime(first.At, at) : TimeSpan.MaxValue;
            if (age <= window)
            {
                ofKilled++;
                oldest = age > oldest ? age : oldest;
            }
            else if (IsInOutage(first.At))
            {
                ofExpelled++;
            }
            else
            {
                unexplained.Add((first, entry));
            }
        }

        Note("duplicates: of the killed, not committed", ofKilled);
        Note("duplicates: the oldest before the kill, ms", (long)oldest.TotalMilliseconds);
        Note("duplicates: of the expelled, not committed", ofExpelled);
        Demand("duplicates: outside of the window", unexplained.Count);
        Demand("duplicates: backwards at the same member", backwards);
        _faults.AddRange(unexplained.GroupBy(pair => (From: pair.First.Member, To: pair.Again.Member)).Select(group =>
            $"{group.Count():N0} of member {group.Key.From} came again at member {group.Key.To}: first {group.First().First}, {Stopwatch.GetElapsedTime(group.First().First.At, group.First().Again.At).TotalSeconds:0.000} s later."));

        bool IsInOutage(long at) => outages.Any(outage =>
            Stopwatch.GetElapsedTime(at, outage) <= window && Stopwatch.GetElapsedTime(outage, at) <= Max(Soak.Outage, _settings.SessionTimeout) + window);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Note(string name, long figure) => _figures[name] = figure;

    private void Demand(string name, long figure)
    {
        Note(name, figure);
        if (figure != 0)
        {
            _faults.Add($"{name}: {figure:N0}, and it should be none.");
        }
    }
}
