namespace Messaging.Kit.Load.Work;

/// <summary>What is published, by the kit and by its twins. Plain properties, because JSON then sets them without boxing: the tool's own cost is in nobody's way.</summary>
internal sealed class Payload
{
    /// <summary>Counts from 0; the books are kept by it.</summary>
    public long Number { get; set; }

    /// <summary>When it should have been published, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; 0 where nobody asks how long it took.</summary>
    public long At { get; set; }

    /// <summary>What it is ordered by; <see langword="null"/> for nothing.</summary>
    public string? Key { get; set; }

    /// <summary>As much text as makes the body the wanted size.</summary>
    public string Text { get; set; } = "";
}
