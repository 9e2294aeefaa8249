using System.Globalization;

namespace Messaging.Kit.Samples;

/// <summary>Reads the value of a switch, or throws a <see cref="FormatException"/> that says what would make sense.</summary>
internal static class Argument
{
    public static T Choice<T>(string text)
        where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw new FormatException($"use {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");

    public static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"use a whole number from {least} to {most}.");

    public static TimeSpan Seconds(string text, int least, int most) => TimeSpan.FromSeconds(Number(text, least, most));

    public static double Percent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 100
            ? value
            : throw new FormatException("use a percentage from 0 to 100, such as 1 or 0.5.");

    public static double Decimal(string text, int most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= 0 && value <= most
            ? value
            : throw new FormatException($"use a number from 0 to {most}, such as 1 or 0.5.");

    public static Uri Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw new FormatException("use an address such as http://127.0.0.1:9324.");

    public static string PathTo(string text)
    {
        var path = text.Length > 0 ? Path.GetFullPath(text) : "";
        var isThere = File.Exists(path);
        return Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(path)) ? throw new FormatException("use a file in a folder that exists.")
            : FaultOfWriting(isThere ? path : Probe(Path.GetDirectoryName(path)!), isThere) is { } fault ? throw new FormatException($"use a file that can be written. {fault}")
            : path;
    }

    public static string FolderAt(string text)
    {
        var path = text.Length > 0 ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : "";
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path);

        // Made when it is used, and not here: what is wrong elsewhere on the command line leaves nothing behind.
        return File.Exists(path) || !Directory.Exists(folder) ? throw new FormatException("use a folder, in one that exists.")
            : FaultOfWriting(Probe(folder), isThere: false) is { } fault ? throw new FormatException($"use a folder that can be written to. {fault}")
            : path;
    }

    /// <summary>What begins the names of queues: those of AWS have 80 characters, letters, digits, hyphens and underscores, and the samples add up to 20 of them.</summary>
    public static string Prefix(string text) =>
        text.Length is > 0 and <= 60 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? text
            : throw new FormatException("use 1 to 60 letters, digits, hyphens and underscores.");

    private static string Probe(string folder) => Path.Combine(folder, $".{Guid.NewGuid():N}");

    // Found out at the end of a run, it would cost the run.
    private static string? FaultOfWriting(string path, bool isThere)
    {
        try
        {
            using var file = isThere
                ? new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)
                : new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
