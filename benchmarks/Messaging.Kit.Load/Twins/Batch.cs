using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>How many messages go into one call of AWS when they are batched by hand.</summary>
internal static class Batch
{
    /// <summary>The most that any of the services takes in a call.</summary>
    public const int Most = 10;

    // The least of the services' limits, which is also what emulators have.
    private const int CallBytes = 256 * 1024;

    // What a message has beside its JSON, with room to spare.
    private const int MessageBytes = 1_024;

    /// <summary>As many as a call takes, by their number and by their bytes.</summary>
    public static int Of(Payloads payloads) => Math.Clamp(CallBytes / (payloads.Size + MessageBytes), 1, Most);
}
