namespace Messaging.Kit.Load.Work;

/// <summary>What is published, by the kit and by its twins.</summary>
/// <param name="Number">Counts from 0; the books are kept by it.</param>
/// <param name="At">When it should have been published, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; 0 where nobody asks how long it took.</param>
/// <param name="Key">What it is ordered by; <see langword="null"/> for nothing.</param>
/// <param name="Text">As much text as makes the body the wanted size.</param>
internal sealed record Payload(long Number, long At, string? Key, string Text);
