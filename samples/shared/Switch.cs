namespace Messaging.Kit.Samples;

/// <summary>One thing that a command line can say.</summary>
/// <param name="Name">Its name, with the dashes.</param>
/// <param name="Value">What its value looks like; <see langword="null"/> when it has none.</param>
/// <param name="Meaning">What it does, for the help.</param>
/// <param name="Apply">The options with the value; throws a <see cref="FormatException"/> that says what would make sense.</param>
internal sealed record Switch<TOptions>(string Name, string? Value, string Meaning, Func<TOptions, string, TOptions> Apply);
