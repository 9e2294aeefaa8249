using System.Globalization;

namespace Messaging.Kit.Samples;

/// <summary>Reads the value of a switch, or throws a <see cref="FormatException"/> that says what would make sense.</summary>
internal static class Argument
{
    public static T Choice<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new FormatException($"use {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");

    public static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"use a whole number from {least} to {most}.");

    public static TimeSpan Seconds(string text, int least, int most) => TimeSpan.FromSeconds(Number(text, least, most));

    public static double Percent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 100
            ? value
            : throw new FormatException("use a percentage from 0 to 100, such as 1 or 0.5.");

    public static double Decimal(string text, int most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : throw new FormatException($"use a number from 0 to {most}, such as 1 or 0.5.");

    public static Uri Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw new FormatException("use an address such as http://127.0.0.1:9324.");

    public static string PathTo(string text)
    {
        var folder = text.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(text)) : null;
        return Directory.Exists(folder) && !Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException("use a file in a folder that exists.");
    }

    /// <summary>What begins the names of queues: those of AWS have 80 characters, letters, digits, hyphens and underscores, and the samples add up to 20 of them.</summary>
    public static string Prefix(string text) =>
        text.Length is > 0 and <= 60 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? text
            : throw new FormatException("use 1 to 60 letters, digits, hyphens and underscores.");
}
