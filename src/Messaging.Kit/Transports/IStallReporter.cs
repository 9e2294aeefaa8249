namespace Messaging.Kit.Transports;

/// <summary>A receiver that can tell a source that does not get on from one that is idle.</summary>
public interface IStallReporter
{
    /// <summary>Finds what does not get on. Quick: it asks nobody.</summary>
    /// <returns>A sentence for each part of the source that has work and makes no progress; none when all is well.</returns>
    IReadOnlyList<string> FindStalls();
}
