namespace HighThroughputStreaming;

/// <summary>The message can be read, and what it says cannot be: no attempt will change that. Dead-lettered at once, by a rule for this type.</summary>
internal sealed class RuleBrokenException(string message) : Exception(message);
