namespace Messaging.Kit.Load.Commands;

internal static class TargetsCommand
{
    public static Task<int> RunAsync(Options options, CancellationToken cancellationToken) => Task.FromResult(0);
}
