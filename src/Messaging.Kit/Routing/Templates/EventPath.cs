using System.Globalization;
using System.Text;
using System.Text.Json;
using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Templates;

/// <summary>A path into an event: names, indexes and stars.</summary>
internal sealed class EventPath
{
    public const int MaxLength = 256;

    private readonly List<Step> _steps = [];

    private EventPath()
    {
    }

    /// <summary>Whether it finds any number of values.</summary>
    public bool HasStar { get; private set; }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is no path; the message says why.</exception>
    public static EventPath Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            throw new FormatException($"it has {text.Length} characters, and {MaxLength} are allowed.");
        }

        if (!text.StartsWith('$'))
        {
            throw new FormatException("it has to begin with $, which is the event.");
        }

        var path = new EventPath();
        for (var at = 1; at < text.Length;)
        {
            at = text[at] switch
            {
                '.' => path.ReadName(text, at + 1),
                '[' => path.ReadIndex(text, at + 1),
                _ => throw new FormatException($"character {at} is '{text[at]}', where .name or [index] was expected."),
            };
        }

        return path;
    }

    /// <summary>Finds the values in an event, as ranges of its text.</summary>
    public void Find(ReadOnlySpan<byte> utf8Event, List<Range> found)
    {
        var reader = new Utf8JsonReader(utf8Event, new JsonReaderOptions { MaxDepth = EventReader.MaxDepth });
        reader.Read();
        Find(ref reader, 0, found);
    }

    // Leaves the reader at the end of the value at which it stood.
    private void Find(ref Utf8JsonReader reader, int at, List<Range> found)
    {
        if (at == _steps.Count)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            found.Add(start..(int)reader.BytesConsumed);
            return;
        }

        var step = _steps[at];
        if (reader.TokenType == JsonTokenType.StartObject && (step.Name is not null || step.IsStar))
        {
            var before = found.Count;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var fits = step.IsStar || reader.ValueTextEquals(step.Name);
                reader.Read();
                if (!fits)
                {
                    reader.Skip();
                    continue;
                }

                // Of a name that is there twice the last holds.
                found.RemoveRange(step.IsStar ? found.Count : before, step.IsStar ? 0 : found.Count - before);
                Find(ref reader, at + 1, found);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray && (step.Index >= 0 || step.IsStar))
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                if (step.IsStar || index == step.Index)
                {
                    Find(ref reader, at + 1, found);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        else
        {
            reader.Skip();
        }
    }

    private int ReadName(string text, int start)
    {
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_' or '/'))
        {
            end++;
        }

        if (end == start && end < text.Length && text[end] == '*')
        {
            return Add(new(null, -1, true), end + 1);
        }

        return end > start
            ? Add(new(Encoding.UTF8.GetBytes(text[start..end]), -1, false), end)
            : throw new FormatException($"a name of letters, digits, dashes, underscores and slashes, or a star, was expected at character {start}.");
    }

    private int ReadIndex(string text, int start)
    {
        var end = text.IndexOf(']', start);
        var index = end < 0 ? "" : text[start..end];
        if (index == "*")
        {
            return Add(new(null, -1, true), end + 1);
        }

        return int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Add(new(null, number, false), end + 1)
            : throw new FormatException($"an index such as [0], or [*], was expected at character {start - 1}; names stand behind dots.");
    }

    private int Add(Step step, int next)
    {
        _steps.Add(step);
        HasStar |= step.IsStar;
        return next;
    }

    private readonly record struct Step(byte[]? Name, int Index, bool IsStar);
}
