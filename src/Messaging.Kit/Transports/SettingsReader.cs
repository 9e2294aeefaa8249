using System.Globalization;
using System.Numerics;
using Messaging.Kit.Routing;
using Microsoft.Extensions.Configuration;

namespace Messaging.Kit.Transports;

/// <summary>
/// Reads settings by hand, which works without reflection and can say what is wrong: values that cannot be read and names that
/// mean nothing are faults, and all of them are found. For the kit's own settings, and for those of adapters.
/// </summary>
public sealed class SettingsReader
{
    // Those of ISO 8601, which mean the same to everybody: other forms swap day and month, or take today for granted.
    private static readonly string[] InstantFormats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly IConfigurationSection _section;
    private readonly ICollection<string> _faults;

    internal SettingsReader(IConfigurationSection section, ICollection<string> faults) => (_section, _faults) = (section, faults);

    /// <summary>Reads a section, and reports the names in it that were not asked for.</summary>
    /// <param name="section">What operators say, such as the section <c>Messaging:Sqs</c>.</param>
    /// <param name="faults">Is given what is wrong, each with its key.</param>
    /// <param name="read">Asks for every setting there is. What is not in the section is not set.</param>
    public static void Read(IConfigurationSection section, ICollection<string> faults, Action<SettingsReader> read)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(faults);
        ArgumentNullException.ThrowIfNull(read);
        var reader = new SettingsReader(section, faults);
        read(reader);
        reader.ReportUnknown();
    }

    /// <summary>A text, taken as it is.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Text(string name, Action<string> set) => Parse(name, "a text", text => () => set(text));

    /// <summary>A section of texts, whose names are the user's own.</summary>
    /// <param name="name">The section's name.</param>
    /// <param name="set">Takes each name and its value.</param>
    public void Texts(string name, Action<string, string> set) => Section(name, texts =>
    {
        foreach (var child in texts._section.GetChildren())
        {
            texts.Text(child.Key, value => set(child.Key, value));
        }
    });

    /// <summary>True or false.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Flag(string name, Action<bool> set) =>
        Parse(name, "true or false", text => bool.TryParse(text, out var value) ? () => set(value) : null);

    /// <summary>A whole number.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Number<T>(string name, Action<T> set)
        where T : struct, IBinaryInteger<T> =>
        Parse(name, "a whole number", text => T.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? () => set(value) : null);

    /// <summary>A time, which needs a colon: a number alone would be days, and whoever writes one means seconds.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    /// <param name="example">What a sensible one looks like.</param>
    public void Time(string name, Action<TimeSpan> set, string example = "00:00:30") =>
        Parse(name, $"a time such as {example}", text => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) ? () => set(value) : null);

    /// <summary>A point in time, in UTC unless it says otherwise.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Instant(string name, Action<DateTimeOffset> set) =>
        Parse(name, "a point in time such as 2026-11-23T09:00:00Z", text => DateTimeOffset.TryParseExact(text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? () => set(value) : null);

    /// <summary>One of the names of an enumeration.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Choice<T>(string name, Action<T> set)
        where T : struct, Enum =>
        Parse(name, $"one of {string.Join(", ", Enum.GetNames<T>())}", text => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? () => set(value) : null);

    /// <summary>An event pattern.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="set">Takes the value.</param>
    public void Pattern(string name, Action<EventPattern> set) => Text(name, text =>
    {
        try
        {
            set(EventPattern.Parse(text));
        }
        catch (EventPatternException exception)
        {
            _faults.Add($"{_section.Path}:{name} is '{text}', which is no event pattern. {exception.Message}");
        }
    });

    /// <summary>A section below, read by another reader.</summary>
    internal void Section(string name, Action<SettingsReader> read)
    {
        _known.Add(name);
        var child = _section.GetSection(name);
        if (child.Value is not null)
        {
            _faults.Add($"{child.Path} is the value '{child.Value}', but it is a section with settings below it.");
        }

        Read(child, _faults, read);
    }

    internal void ReportUnknown(Func<IConfigurationSection, bool>? isOurs = null)
    {
        foreach (var child in _section.GetChildren())
        {
            if (!_known.Contains(child.Key) && isOurs?.Invoke(child) != false)
            {
                _faults.Add($"{_section.Path}:{child.Key} means nothing here. Known are: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    private void Parse(string name, string expected, Func<string, Action?> parse)
    {
        _known.Add(name);
        if (_section[name] is not { } text)
        {
            return;
        }

        if (parse(text) is { } set)
        {
            set();
        }
        else
        {
            _faults.Add($"{_section.Path}:{name} is '{text}'; use {expected}.");
        }
    }
}
