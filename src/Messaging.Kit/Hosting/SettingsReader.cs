using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Messaging.Kit.Hosting;

/// <summary>
/// Reads settings by hand, which works without reflection and can say what is wrong: values that cannot be read and names that
/// mean nothing are faults, and all of them are found.
/// </summary>
internal sealed class SettingsReader(IConfiguration section, string path, ICollection<string> faults)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public void Int32(string name, Action<int> set) =>
        Read(name, "a whole number", text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? () => set(value) : null);

    public void Int64(string name, Action<long> set) =>
        Read(name, "a whole number", text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? () => set(value) : null);

    // A number alone would be days, and whoever writes one means seconds.
    public void Time(string name, Action<TimeSpan> set) =>
        Read(name, "a time such as 00:00:30", text => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) ? () => set(value) : null);

    public void Choice<T>(string name, Action<T> set)
        where T : struct, Enum =>
        Read(name, $"one of {string.Join(", ", Enum.GetNames<T>())}", text => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? () => set(value) : null);

    /// <summary>A section below, read by another reader.</summary>
    public void Section(string name, Action<SettingsReader> read)
    {
        _known.Add(name);
        var child = section.GetSection(name);
        if (child.Value is not null)
        {
            faults.Add($"{path}:{name} is the value '{child.Value}', but it is a section with settings below it.");
        }

        var reader = new SettingsReader(child, $"{path}:{name}", faults);
        read(reader);
        reader.ReportUnknown();
    }

    public IEnumerable<IConfigurationSection> Children => section.GetChildren();

    /// <summary>Says that every child is known, for sections whose names are the user's own.</summary>
    public void AllKnown() => _known.UnionWith(section.GetChildren().Select(child => child.Key));

    public void ReportUnknown(Func<IConfigurationSection, bool>? isOurs = null)
    {
        foreach (var child in section.GetChildren())
        {
            if (!_known.Contains(child.Key) && isOurs?.Invoke(child) != false)
            {
                faults.Add($"{path}:{child.Key} means nothing here. Known are: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    private void Read(string name, string what, Func<string, Action?> parse)
    {
        _known.Add(name);
        if (section[name] is not { } text)
        {
            return;
        }

        if (parse(text) is { } set)
        {
            set();
        }
        else
        {
            faults.Add($"{path}:{name} is '{text}'; use {what}.");
        }
    }
}
