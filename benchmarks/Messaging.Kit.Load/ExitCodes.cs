namespace Messaging.Kit.Load;

/// <summary>What the process says to scripts.</summary>
internal static class ExitCodes
{
    public const int Reconciled = 0;
    public const int NotReconciled = 1;

    /// <summary>The command line makes no sense, or there is no endpoint.</summary>
    public const int NotUnderstood = 2;
}
