using System.Globalization;
using HighThroughputStreaming;

if (CommandLine.Read(args, out var options) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 2;
}

if (options is null)
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

// The first run of a process pays for its start: a comparison has a short one before, that does not count.
const int WarmUp = 10_000;
List<Options> planned = !options.IsComparison ? [options] :
[
    options with { Messages = Math.Min(WarmUp, options.Messages) },
    .. Enum.GetValues<Partitioning>().Select(partitioning => options with { Partitioning = partitioning }),
];

if (options.IsComparison)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A warm-up of {planned[0].Messages:N0} readings, which does not count, and then {planned.Count - 1} runs."));
}

var runs = new List<Summary>();
foreach (var run in planned)
{
    var (opened, contradiction) = await Continuation.OpenAsync(run);
    if (opened is null)
    {
        await Console.Error.WriteLineAsync(contradiction);
        return 2;
    }

    await using var ledger = opened;
    runs.Add(await Run.RunAsync(run, ledger));
}

var comparison = new Comparison([.. options.IsComparison ? runs.Skip(1) : runs]);
if (options.IsComparison)
{
    Console.WriteLine(comparison);
}

if (options.Summary is not null)
{
    await File.WriteAllTextAsync(options.Summary, options.IsComparison ? comparison.ToJson() : runs[0].ToJson());
}

return comparison.IsReconciled ? 0 : 1;
