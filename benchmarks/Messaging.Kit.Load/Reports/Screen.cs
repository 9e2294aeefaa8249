using Messaging.Kit.Load.Measuring;
using Spectre.Console;

namespace Messaging.Kit.Load.Reports;

/// <summary>What a person sees while it runs: a bar for what is under way, and a line for what is done. A file gets the lines only.</summary>
internal static class Screen
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task WatchAsync(string title, long? most, Func<long> read, Task work)
    {
        if (!Console.IsOutputRedirected)
        {
            await AnsiConsole.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
                .StartAsync(async context =>
                {
                    var task = context.AddTask(Markup.Escape(title), maxValue: most ?? 1);
                    task.IsIndeterminate = most is null;
                    while (!work.IsCompleted)
                    {
                        var done = read();
                        task.Description = Markup.Escape($"{title,-40} {done,12:N0}");
                        task.Value = most is null ? 0 : done;
                        await Task.WhenAny(work, Task.Delay(Interval));
                    }
                });
        }

        await work;
    }

    public static void Say(string title, Measurement measured) => Console.WriteLine(
        $"{title,-44}{measured.PerSecond,12:N0} msg/s {measured.BytesPerMessage,8:N0} B/msg {measured.CpuPerMessage,8:N2} µs CPU/msg  GC {measured.Gen0}/{measured.Gen1}/{measured.Gen2}");
}
