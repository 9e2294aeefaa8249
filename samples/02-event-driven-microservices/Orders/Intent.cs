namespace EventDrivenMicroservices;

/// <summary>An order that is to be placed, as it is in the book.</summary>
/// <param name="Number">Its place in the run.</param>
/// <param name="Context">The trace context in which everything about it happens.</param>
/// <param name="Total">What inventory has quoted; <see langword="null"/> before it was asked.</param>
internal sealed record Intent(int Number, string Context, decimal? Total);
