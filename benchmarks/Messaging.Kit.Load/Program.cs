using Messaging.Kit.Load;
using Messaging.Kit.Load.Commands;
using Messaging.Kit.Load.Measuring;
using Messaging.Kit.Load.Transports;

if (CommandLine.Read(args, out var options) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return ExitCodes.NotUnderstood;
}

if (options is null)
{
    Console.WriteLine(CommandLine.Help);
    return ExitCodes.Reconciled;
}

ApiCalls.Watch();
using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // What has been made at the broker is removed first; a second Ctrl+C ends the process at once.
    pressed.Cancel = !ending.IsCancellationRequested;
    ending.Cancel();
};
try
{
    return options.Command == Command.Targets ? await TargetsCommand.RunAsync(options, ending.Token) : await RunCommand.RunAsync(options, ending.Token);
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped; nothing is reported.");
    return ExitCodes.NotReconciled;
}
catch (Exception exception) when (EndpointException.Covers(exception) || exception is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCodes.NotUnderstood;
}
