namespace Messaging.Kit.Samples;

/// <summary>Reads a command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal sealed class CommandLineReader<TOptions>(IReadOnlyList<Switch<TOptions>> switches)
    where TOptions : class
{
    /// <summary>What there is to say, a line each.</summary>
    public string Help
    {
        get
        {
            List<(string Usage, string Meaning)> lines = [.. switches.Select(known => ($"{known.Name} {known.Value}".TrimEnd(), known.Meaning)), ("--help", "writes this")];
            var width = lines.Max(line => line.Usage.Length) + 2;
            return string.Join(Environment.NewLine, lines.Select(line => $"  {line.Usage.PadRight(width)}{line.Meaning}"));
        }
    }

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">The defaults; then what the arguments say, or <see langword="null"/> when they ask for help.</param>
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public string? Read(string[] arguments, ref TOptions? options)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name is "--help" or "-h")
            {
                options = null;
                return null;
            }

            if (switches.FirstOrDefault(known => known.Name == name) is not { } found || (found.Value is null && value is not null))
            {
                return $"'{arguments[i]}' means nothing here. --help lists what does.";
            }

            if (found.Value is not null && value is null && ++i == arguments.Length)
            {
                return $"{name} needs a value: {name} {found.Value}.";
            }

            value ??= arguments[i];
            try
            {
                options = found.Apply(options!, value);
            }
            catch (FormatException exception)
            {
                return $"{name} is '{value}'; {exception.Message}";
            }
        }

        return null;
    }
}
