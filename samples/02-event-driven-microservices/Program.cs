using EventDrivenMicroservices;

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

using var folder = new BooksFolder(options.Ledger);
using var books = new Books(folder.Path);
if (books.Contradict(options) is { } contradiction)
{
    await Console.Error.WriteLineAsync(contradiction);
    return 2;
}

return await Shop.RunAsync(options, books) ? 0 : 1;
