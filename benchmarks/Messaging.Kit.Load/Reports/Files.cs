namespace Messaging.Kit.Load.Reports;

/// <summary>Writes what was asked for.</summary>
internal static class Files
{
    /// <param name="file">Where to; <see langword="null"/> when nobody asked.</param>
    /// <param name="text">What.</param>
    public static Task SaveAsync(string? file, string text) => file is null ? Task.CompletedTask : File.WriteAllTextAsync(file, text);
}
