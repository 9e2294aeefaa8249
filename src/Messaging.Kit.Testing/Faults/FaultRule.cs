namespace Messaging.Kit.Testing.Faults;

/// <summary>Which calls a fault is done to.</summary>
internal sealed class FaultRule(string operation, int? calls, double probability, Fault fault)
{
    private int? _left = calls;

    public Fault Fault => fault;

    public bool IsUsedUp => _left <= 0;

    /// <summary>Whether it is this call's turn. Not safe for concurrent use.</summary>
    public bool Fires(string called, Func<double> random)
    {
        if (IsUsedUp || (operation != FaultProxy.AnyOperation && operation != called) || (probability < 1 && random() >= probability))
        {
            return false;
        }

        _left--;
        return true;
    }
}
