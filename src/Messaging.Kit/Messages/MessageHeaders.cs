using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Messaging.Kit.Messages;

/// <summary>
/// Text that travels beside a body: pairs of name and value, in the order they were set. Names are CloudEvents
/// attribute names: lower-case letters and digits, 1 to 20 of them.
/// </summary>
/// <remarks>Not safe for concurrent use. A handful of pairs is normal; look-up is a linear scan.</remarks>
public sealed class MessageHeaders : IReadOnlyCollection<KeyValuePair<string, string>>
{
    /// <summary>The longest name, in characters: 20, the length that CloudEvents recommends to stay within.</summary>
    public const int MaxNameLength = 20;

    // How many a publisher may set. Readers take more, for middleware and dead-letter routing add theirs.
    internal const int MaxPublished = 100;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly string[] ReservedNames =
        ["specversion", "id", "source", "type", "time", "data", "database64", "datacontenttype", "partitionkey"];

    private KeyValuePair<string, string>[] _pairs = [];
    private bool _isShared;

    /// <summary>Makes an empty collection.</summary>
    public MessageHeaders()
    {
    }

    /// <summary>Copies a collection.</summary>
    /// <param name="other">The headers to copy.</param>
    public MessageHeaders(MessageHeaders other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (_pairs, Count) = (other._pairs.AsSpan(0, other.Count).ToArray(), other.Count);
    }

    /// <summary>How many pairs there are.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a header, or <see langword="null"/> when it is not there. Setting <see langword="null"/> removes it.</summary>
    /// <param name="name">The header's name.</param>
    /// <exception cref="ArgumentException">On setting: the name or the value may not travel; the text says why.</exception>
    public string? this[string name]
    {
        get => TryGetValue(name, out var value) ? value : null;
        set
        {
            if (value is null)
            {
                Remove(name);
            }
            else
            {
                Set(name, value);
            }
        }
    }

    /// <summary>Whether a name may be used for a header: 1 to 20 lower-case letters and digits, and not a CloudEvents attribute of the envelope's own.</summary>
    /// <param name="name">The name to check.</param>
    /// <returns><see langword="true"/> when <see cref="Set"/> would take it.</returns>
    public static bool IsValidName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxNameLength }
        && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0
        && Array.IndexOf(ReservedNames, name) < 0;

    /// <summary>
    /// Adds an attribute that another system wrote, under the nearest valid name: lower-cased, stripped to letters and
    /// digits, but not shortened; a reserved name gets an <c>x</c> in front, a name that is taken a number behind it.
    /// </summary>
    /// <param name="foreignName">The other system's name, such as <c>Content-Type</c>, which becomes <c>contenttype</c>.</param>
    /// <param name="value">The value; halves of surrogate pairs are replaced by U+FFFD.</param>
    public void AddForeign(string foreignName, string value)
    {
        ArgumentNullException.ThrowIfNull(foreignName);
        ArgumentNullException.ThrowIfNull(value);
        var stripped = string.Concat(foreignName.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        var name = stripped.Length == 0 || Array.IndexOf(ReservedNames, stripped) >= 0 ? "x" + stripped : stripped;
        var free = name;
        for (var number = 2; IndexOf(free) >= 0; number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
        }

        Add(free, HasLoneSurrogate(value) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)) : value);
    }

    /// <summary>Sets a header, replacing the one of the same name.</summary>
    /// <param name="name">1 to 20 lower-case letters and digits.</param>
    /// <param name="value">Any text without lone surrogates; it may be empty.</param>
    /// <exception cref="ArgumentException">The name or the value may not travel; the text says why.</exception>
    public void Set(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsValidName(name))
        {
            throw new ArgumentException(
                $"'{name}' cannot be the name of a header. Use 1 to {MaxNameLength} lower-case letters and digits, and none of: {string.Join(", ", ReservedNames)}.",
                nameof(name));
        }

        if (HasLoneSurrogate(value))
        {
            throw new ArgumentException($"The value of header '{name}' is not valid text: it has half of a surrogate pair. Encode binary values, for example as base64.", nameof(value));
        }

        var index = IndexOf(name);
        if (index < 0)
        {
            Add(name, value);
        }
        else
        {
            Own(_pairs.Length);
            _pairs[index] = new(name, value);
        }
    }

    /// <summary>Removes a header.</summary>
    /// <param name="name">The header's name.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string name)
    {
        var index = IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        Own(_pairs.Length);
        Array.Copy(_pairs, index + 1, _pairs, index, --Count - index);
        _pairs[Count] = default;
        return true;
    }

    /// <summary>Looks a header up.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value, when it is there.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        var index = IndexOf(name);
        value = index < 0 ? null : _pairs[index].Value;
        return index >= 0;
    }

    /// <summary>Walks the pairs in the order they were set, without allocating.</summary>
    /// <returns>An enumerator.</returns>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What is in it now, for <see cref="Restore"/>. Costs nothing until something is changed.</summary>
    internal (KeyValuePair<string, string>[] Pairs, int Count) Save()
    {
        _isShared = true;
        return (_pairs, Count);
    }

    internal void Restore((KeyValuePair<string, string>[] Pairs, int Count) saved) => (_pairs, Count, _isShared) = (saved.Pairs, saved.Count, true);

    internal static bool HasLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || ++i == text.Length || !char.IsLowSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string name, string value)
    {
        Own(Count == _pairs.Length ? Math.Max(4, Count * 2) : _pairs.Length);
        _pairs[Count++] = new(name, value);
    }

    private void Own(int capacity)
    {
        if (_isShared || capacity > _pairs.Length)
        {
            var pairs = new KeyValuePair<string, string>[Math.Max(capacity, _pairs.Length)];
            _pairs.AsSpan(0, Count).CopyTo(pairs);
            (_pairs, _isShared) = (pairs, false);
        }
    }

    private int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var i = 0; i < Count; i++)
        {
            if (string.Equals(_pairs[i].Key, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Walks the pairs of a <see cref="MessageHeaders"/>.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<string, string>>
    {
        private readonly MessageHeaders _headers;
        private int _index;

        internal Enumerator(MessageHeaders headers) => (_headers, _index) = (headers, -1);

        /// <summary>The pair it stands on.</summary>
        public readonly KeyValuePair<string, string> Current => _headers._pairs[_index];

        readonly object IEnumerator.Current => Current;

        /// <summary>Goes on to the next pair.</summary>
        /// <returns>Whether there is one.</returns>
        public bool MoveNext() => ++_index < _headers.Count;

        /// <summary>Goes back before the first pair.</summary>
        public void Reset() => _index = -1;

        /// <summary>Does nothing.</summary>
        public readonly void Dispose()
        {
        }
    }
}
