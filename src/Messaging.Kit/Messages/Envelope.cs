using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Messaging.Kit.Messages;

/// <summary>
/// The wire form of a message: an encoded body and what is known about it. The user's object is the <em>message</em>,
/// this is what travels.
/// </summary>
/// <remarks>
/// An envelope belongs to one publish or one delivery at a time and is not safe for concurrent use. The memory behind
/// <see cref="Body"/> is owned by whoever made the envelope and stays valid only until the publish or the delivery ends:
/// a transport that needs it longer copies it.
/// </remarks>
public class Envelope
{
    private readonly Guid _uuid;
    private readonly string? _deduplicationId;

    // A text, or its UTF-8 until somebody asks for the text; null where the UUID is the id.
    private object? _id;
    private string _contentType = JsonContentType;
    private ReadOnlyMemory<byte> _body;
    private MessageHeaders? _headers;
    private bool? _hasJsonBody;

    /// <summary>The content type of JSON bodies, the default: <c>application/json</c>.</summary>
    public const string JsonContentType = "application/json";

    internal const int MaxJsonDepth = 1000;

    /// <summary>Makes an envelope.</summary>
    /// <param name="id">Identifies the message: the same text for every copy and every redelivery of it. Not empty.</param>
    /// <param name="type">The name of the message type on the wire, or an empty string when the message carries none.</param>
    /// <param name="body">The encoded message.</param>
    public Envelope(string id, string type, ReadOnlyMemory<byte> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(type);
        (_id, Type, _body) = (id, type, body);
    }

    // The id of most messages is never read as text in process, so the text is made when it is asked for.
    internal Envelope(Guid id, string type, ReadOnlyMemory<byte> body) => (_uuid, Type, _body) = (id, type, body);

    private protected Envelope(Guid uuid, string? id, string type, ReadOnlyMemory<byte> body) =>
        (_uuid, _id, Type, _body) = (uuid, id, type, body);

    private protected Envelope(byte[] utf8Id, string type, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(utf8Id);
        ArgumentOutOfRangeException.ThrowIfZero(utf8Id.Length, nameof(utf8Id));
        ArgumentNullException.ThrowIfNull(type);
        (_id, Type, _body) = (utf8Id, type, body);
    }

    /// <summary>Copies an envelope; the body's memory is shared, the headers are not.</summary>
    /// <param name="other">The envelope to copy.</param>
    protected Envelope(Envelope other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (_uuid, _id, _deduplicationId) = (other._uuid, other._id, other._deduplicationId);
        (Type, Source) = (other.Type, other.Source);
        (Time, Key, Delay, _contentType) = (other.Time, other.Key, other.Delay, other._contentType);
        (_body, _hasJsonBody) = (other._body, other._hasJsonBody);
        if (other.HasHeaders)
        {
            _headers = new MessageHeaders(other.Headers);
        }
    }

    /// <summary>Identifies the message: unique, and the same for every copy and every redelivery of it.</summary>
    public string Id => _id as string ?? ReadId();

    /// <summary>
    /// What transports with deduplication recognise a copy by; the id unless set. A dead-lettered copy has one of its own, lest it be
    /// taken for the copy that was dead-lettered, and redriven, shortly before.
    /// </summary>
    public string DeduplicationId { get => _deduplicationId ?? Id; init => _deduplicationId = value; }

    /// <summary>The name of the message type on the wire; empty when the message carries none.</summary>
    public string Type { get; }

    /// <summary>Who published the message, a URI reference such as <c>/orders</c>; empty when unknown.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the message was published.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Messages with the same key keep their order on transports that have order; <see langword="null"/> means none.</summary>
    public string? Key { get; init; }

    /// <summary>How long the broker holds the message back before the first delivery; zero for not at all.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The media type of the body; <c>application/json</c> unless set.</summary>
    public string ContentType
    {
        get => _contentType;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            (_contentType, _hasJsonBody) = (value, null);
        }
    }

    /// <summary>The encoded message. Setting it replaces the bytes, for example by compressed ones.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get => _body;
        set => (_body, _hasJsonBody) = (value, null);
    }

    /// <summary>Text that travels with the message beside the body.</summary>
    public MessageHeaders Headers => _headers ??= [];

    /// <summary>Whether there are any headers; asking does not create them.</summary>
    public bool HasHeaders => _headers is { Count: > 0 };

    /// <summary>
    /// Whether the body is one valid JSON value in characters that every service accepts, and its content type says so:
    /// then it travels as JSON inside a CloudEvent, else as base64. Found out once and remembered.
    /// </summary>
    public bool HasJsonBody => _hasJsonBody ??= HasJsonContentType && IsJson(_body.Span);

    /// <summary>Writes <see cref="Id"/> as UTF-8, without making a text of it first.</summary>
    /// <param name="utf8">Where to; 36 bytes are enough for an id that the kit has made.</param>
    /// <param name="bytesWritten">How many bytes were written.</param>
    /// <returns>Whether it has room there.</returns>
    public bool TryFormatId(Span<byte> utf8, out int bytesWritten) =>
        _id is null ? _uuid.TryFormat(utf8, out bytesWritten) : Encoding.UTF8.TryGetBytes(Id, utf8, out bytesWritten);

    // The id when it was not given as text, else empty.
    internal Guid Uuid => _uuid;

    internal bool HasOwnDeduplicationId => _deduplicationId is not null;

    internal bool HasJsonContentType => IsJson(_contentType);

    /// <summary>What middleware may change, as it is now, for <see cref="Restore"/>: where the source does not deliver again, the kit does.</summary>
    internal EnvelopeState Save() => new(_contentType, _body, _hasJsonBody, _headers?.Save());

    internal void Restore(in EnvelopeState state)
    {
        (_contentType, _body, _hasJsonBody) = (state.ContentType, state.Body, state.HasJsonBody);
        if (state.Headers is { } headers)
        {
            Headers.Restore(headers);
        }
        else
        {
            _headers = null;
        }
    }

    internal void CopyHeaders(MessageHeaders headers) => _headers = new MessageHeaders(headers);

    private string ReadId()
    {
        var id = _id is byte[] utf8 ? Encoding.UTF8.GetString(utf8) : _uuid.ToString();
        _id = id;
        return id;
    }

    private static bool IsJson(string contentType)
    {
        var media = contentType.AsSpan();
        var parameters = media.IndexOf(';');
        media = (parameters < 0 ? media : media[..parameters]).Trim();
        return media.Equals(JsonContentType, StringComparison.OrdinalIgnoreCase)
            || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        // U+FFFE and U+FFFF are valid in JSON but refused by SQS and SNS.
        if (body.IsEmpty || !Utf8.IsValid(body) || body.IndexOf("\uFFFE"u8) >= 0 || body.IndexOf("\uFFFF"u8) >= 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxJsonDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
