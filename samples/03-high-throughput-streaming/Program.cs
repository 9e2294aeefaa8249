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

var runs = new List<Summary>();
foreach (var partitioning in options.IsComparison ? Enum.GetValues<Partitioning>() : [options.Partitioning])
{
    var run = options with { Partitioning = partitioning };
    var (opened, contradiction) = await Continuation.OpenAsync(run);
    if (opened is null)
    {
        await Console.Error.WriteLineAsync(contradiction);
        return 2;
    }

    await using var ledger = opened;
    runs.Add(await Run.RunAsync(run, ledger));
}

var comparison = new Comparison(runs);
if (options.IsComparison)
{
    Console.WriteLine(comparison);
}

if (options.Summary is not null)
{
    await File.WriteAllTextAsync(options.Summary, options.IsComparison ? comparison.ToJson() : runs[0].ToJson());
}

return comparison.IsReconciled ? 0 : 1;
