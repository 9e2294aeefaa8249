using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Kit.Messages;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>
/// Messages that say which one they are: by a number in the id, and again in the body. Each has a key of its own unless it is
/// given one, for what keeps order does not take messages without a key.
/// </summary>
internal static class Sample
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(2)).AddTicks(1234);

    public static Envelope Numbered(int number, string? key = null, TimeSpan delay = default)
    {
        var id = NewId(number);
        return new(id, "sample.numbered", Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""))
        {
            Source = "/conformance",
            Time = Time,
            Key = key ?? id,
            Delay = delay,
        };
    }

    public static Envelope[] Numbered(Range numbers, string? key = null) =>
        [.. Enumerable.Range(numbers.Start.Value, numbers.End.Value - numbers.Start.Value).Select(number => Numbered(number, key))];

    public static Envelope WithBody(ReadOnlyMemory<byte> body, string contentType = Envelope.JsonContentType)
    {
        var id = NewId();
        return new(id, "sample.body", body) { ContentType = contentType, Time = Time, Key = id };
    }

    public static Envelope WithKey(string key) => Numbered(0, key);

    public static Envelope WithId(string id) => new(id, "sample.id", "{}"u8.ToArray()) { Time = Time, Key = NewId() };

    public static string NewId(int number = 0) => $"{number}-{Guid.NewGuid():N}";

    /// <summary>A message of exactly so many bytes, or as few less as its encoding allows, as the sender measures.</summary>
    public static Envelope OfSize(int bytes, Func<int, Envelope> make, Func<Envelope, int> measure)
    {
        var (low, high) = (0, bytes);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            (low, high) = measure(make(middle)) <= bytes ? (middle, high) : (low, middle - 1);
        }

        return make(low);
    }

    /// <summary>A JSON body of letters; each makes the message one byte larger.</summary>
    public static Envelope Letters(int count)
    {
        var body = new byte[count + 2];
        body.AsSpan().Fill((byte)'a');
        body[0] = body[^1] = (byte)'"';
        return WithBody(body);
    }

    public static int NumberOf(Envelope envelope) => int.Parse(envelope.Id.Split('-')[0], CultureInfo.InvariantCulture);

    public static string Describe(Envelope envelope) =>
        $"{Short(envelope.Id)}{(envelope.Key is null ? "" : $" key {Short(envelope.Key)}")}{(envelope is ReceivedEnvelope received ? $" delivery {received.DeliveryCount}" : "")}";

    public static string Describe(IReadOnlyCollection<Envelope> envelopes) =>
        envelopes.Count == 0 ? "none" : $"{envelopes.Count} ({string.Join(", ", envelopes.Take(30).Select(Describe))}{(envelopes.Count > 30 ? ", …" : "")})";

    /// <summary>Fails unless the messages 0 to <paramref name="count"/> - 1 came, once each.</summary>
    public static void AssertOnceEach(int count, IEnumerable<ReceivedEnvelope> received)
    {
        var came = received.ToLookup(NumberOf);
        var missing = Enumerable.Range(0, count).Where(number => !came.Contains(number)).ToArray();
        var doubled = came.Where(number => number.Count() > 1).SelectMany(number => number).ToArray();
        var unknown = came.Where(number => number.Key >= count).SelectMany(number => number).ToArray();
        Assert.True(
            missing.Length + doubled.Length + unknown.Length == 0,
            $"{count} messages should have come once each. Missing: {missing.Length} ({string.Join(", ", missing.Take(30))}). More than once: {Describe(doubled)}. Never sent: {Describe(unknown)}.");
    }

    /// <summary>Fails unless what arrived is what was sent, in every field.</summary>
    public static void AssertSame(Envelope sent, Envelope received)
    {
        Assert.Equal(sent.Id, received.Id);
        Assert.Equal(sent.Type, received.Type);
        Assert.Equal(sent.Source, received.Source);
        Assert.Equal(sent.Key, received.Key);
        Assert.Equal(sent.ContentType, received.ContentType);
        Assert.Equal(sent.Headers.OrderBy(header => header.Key, StringComparer.Ordinal), received.Headers.OrderBy(header => header.Key, StringComparer.Ordinal));
        Assert.True(sent.Time == default || sent.Time == received.Time, $"The time was sent as {sent.Time:O} and came as {received.Time:O}.");
        AssertSameBody(sent, received);
    }

    /// <summary>Fails unless the body is the same: the same JSON where it travels as JSON, else the same bytes.</summary>
    public static void AssertSameBody(Envelope sent, Envelope received)
    {
        if (sent.Body.Span.SequenceEqual(received.Body.Span))
        {
            return;
        }

        Assert.True(
            sent.HasJsonBody && JsonNode.DeepEquals(JsonNode.Parse(sent.Body.Span), JsonNode.Parse(received.Body.Span)),
            $"A body of {sent.Body.Length} bytes was sent and one of {received.Body.Length} came: '{Text(sent.Body)}' became '{Text(received.Body)}'.");
    }

    private static string Text(ReadOnlyMemory<byte> body) => Short(Encoding.Latin1.GetString(body.Span));

    // Plain ASCII: differences that cannot be seen are told apart, and any report can hold it.
    private static string Short(string text) =>
        $"{string.Concat(text.Take(60).Select(c => c is < ' ' or > '~' ? $"\\u{(int)c:x4}" : $"{c}"))}{(text.Length > 60 ? $"... ({text.Length} characters)" : "")}";
}
