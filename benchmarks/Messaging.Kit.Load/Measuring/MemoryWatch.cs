namespace Messaging.Kit.Load.Measuring;

/// <summary>The most memory that the process has had since it was last asked to begin, looked at twenty times a second. Phases come one after the other.</summary>
internal static class MemoryWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly Timer Timer = new(_ => Look());
    private static long _peak;

    public static void Begin()
    {
        _peak = Environment.WorkingSet;
        Timer.Change(Interval, Interval);
    }

    public static long End()
    {
        Timer.Change(Timeout.Infinite, Timeout.Infinite);
        Look();
        return _peak;
    }

    private static void Look() => _peak = Math.Max(_peak, Environment.WorkingSet);
}
