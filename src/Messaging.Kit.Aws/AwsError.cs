namespace Messaging.Kit.Aws;

/// <summary>An error as a service tells it.</summary>
/// <param name="Code">The code, or <see langword="null"/> when the answer has none, as a page of a proxy.</param>
/// <param name="Message">The text, if there is one.</param>
/// <param name="IsSenderFault">Whether it blames the caller, where it says.</param>
internal readonly record struct AwsError(string? Code, string? Message, bool? IsSenderFault);
