namespace Messaging.Kit.Routing;

/// <summary>
/// A text is no event pattern. The message says what is wrong, why, what would be right, and where: the path inside of the pattern,
/// the line and the column.
/// </summary>
public sealed class EventPatternException : FormatException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="problem">What is wrong, and what would be right.</param>
    /// <param name="path">Where in the pattern: names and indexes, for example <c>detail.amount[0].numeric</c>; empty for the whole.</param>
    /// <param name="offset">Where in the text, in characters, from 0.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The character of the line, from 1.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public EventPatternException(string problem, string path, int offset, int line, int column, Exception? innerException = null)
        : base($"{(string.IsNullOrEmpty(path) ? "The pattern" : path)}: {problem} (Line {line}, column {column}.)", innerException) =>
        (Problem, Path, Offset, Line, Column) = (problem, path, offset, line, column);

    /// <summary>What is wrong, and what would be right, without the place.</summary>
    public string Problem { get; }

    /// <summary>Where in the pattern: names and indexes; empty for the whole.</summary>
    public string Path { get; }

    /// <summary>Where in the text, in characters, from 0.</summary>
    public int Offset { get; }

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>The character of the line, from 1.</summary>
    public int Column { get; }
}
