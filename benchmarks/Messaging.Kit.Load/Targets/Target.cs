namespace Messaging.Kit.Load.Targets;

/// <summary>A number that is to be reached, and what has been measured.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Goal">The number.</param>
/// <param name="IsMost">Whether it is a limit that is not to be exceeded.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Measured">What came out; no number where there was nothing to measure on.</param>
/// <param name="BoundBy">What bounds it, or why it was not measured.</param>
/// <param name="Endpoint">What it was measured on.</param>
internal sealed record Target(string Name, double Goal, bool IsMost, string Unit, double Measured, string BoundBy, string Endpoint)
{
    public double Ratio => Measured / Goal;

    public bool IsMet => IsMost ? Ratio <= 1 : Ratio >= 1;

    public bool IsMeasured => double.IsFinite(Measured);
}
