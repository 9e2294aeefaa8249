using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Serialization;

/// <summary>
/// System.Text.Json. Web defaults (camelCase) unless options are given; a source-generated context among the options' resolvers
/// makes it work without reflection, as Native AOT needs.
/// </summary>
public sealed class JsonMessageSerializer : IMessageSerializer
{
    // A writer keeps the options it was made with, so it serves the serializer that made it only.
    [ThreadStatic]
    private static (JsonMessageSerializer Owner, Utf8JsonWriter Writer)? _spare;

    private readonly JsonSerializerOptions _options;
    private readonly JsonWriterOptions _writerOptions;

    /// <summary>Makes a serializer.</summary>
    /// <param name="options">How to write and read; web defaults when omitted. Not to be changed afterwards.</param>
    public JsonMessageSerializer(JsonSerializerOptions? options = null)
    {
        _options = options ?? new JsonSerializerOptions(JsonSerializerDefaults.Web);
        if (_options.TypeInfoResolver is null)
        {
            _options = new JsonSerializerOptions(_options) { TypeInfoResolver = DefaultResolver() };
        }

        _writerOptions = new JsonWriterOptions
        {
            Encoder = _options.Encoder,
            Indented = _options.WriteIndented,
            IndentCharacter = _options.IndentCharacter,
            IndentSize = _options.IndentSize,
            NewLine = _options.NewLine,
            MaxDepth = _options.MaxDepth,
            SkipValidation = true,
        };
    }

    /// <summary>Makes a serializer on source-generated type information.</summary>
    /// <param name="context">A <c>JsonSerializerContext</c> or another resolver that knows all message types.</param>
    public JsonMessageSerializer(IJsonTypeInfoResolver context)
        : this(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = context ?? throw new ArgumentNullException(nameof(context)) })
    {
    }

    /// <inheritdoc/>
    public string ContentType => Envelope.JsonContentType;

    /// <inheritdoc/>
    public void Serialize<TMessage>(IBufferWriter<byte> writer, TMessage message) => Write(writer, message, TypeInfo<TMessage>());

    /// <inheritdoc/>
    public TMessage Deserialize<TMessage>(ReadOnlySpan<byte> body) => Read(body, TypeInfo<TMessage>());

    /// <inheritdoc/>
    public string? Validate<TMessage>()
    {
        try
        {
            TypeInfo<TMessage>();
            return null;
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException)
        {
            return $"{typeof(TMessage)} cannot be serialized: {exception.Message} Add it to the JsonSerializerContext that is given to UseJson.";
        }
    }

    internal MessageCodec<TMessage> CodecFor<TMessage>() => new Codec<TMessage>(this);

    private void Write<TMessage>(IBufferWriter<byte> writer, TMessage message, JsonTypeInfo<TMessage> type)
    {
        // Serializing may run user code that publishes in turn, so the cached writer is taken out while it is in use.
        Utf8JsonWriter json;
        if (_spare is { } spare && ReferenceEquals(spare.Owner, this))
        {
            json = spare.Writer;
            json.Reset(writer);
        }
        else
        {
            json = new Utf8JsonWriter(writer, _writerOptions);
        }

        _spare = null;
        JsonSerializer.Serialize(json, message, type);
        json.Flush();
        json.Reset(NoBuffer.Instance);
        _spare = (this, json);
    }

    private static TMessage Read<TMessage>(ReadOnlySpan<byte> body, JsonTypeInfo<TMessage> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type)
                ?? throw new PoisonMessageException($"The body is the JSON value null, not a {typeof(TMessage)}.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new PoisonMessageException($"The body is not a {typeof(TMessage)} in JSON: {exception.Message}", exception);
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Guarded by the feature switch that trimming turns off; Validate tells what is missing then.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded by the feature switch that Native AOT turns off; Validate tells what is missing then.")]
    private static IJsonTypeInfoResolver DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : JsonTypeInfoResolver.Combine();

    private JsonTypeInfo<TMessage> TypeInfo<TMessage>() => (JsonTypeInfo<TMessage>)_options.GetTypeInfo(typeof(TMessage));

    private sealed class Codec<TMessage>(JsonMessageSerializer serializer) : MessageCodec<TMessage>(serializer)
    {
        private JsonTypeInfo<TMessage>? _type;

        // Not before it is needed: a type that is not there is for Validate to tell.
        private JsonTypeInfo<TMessage> Type => _type ??= serializer.TypeInfo<TMessage>();

        public override void Write(IBufferWriter<byte> writer, TMessage message) => serializer.Write(writer, message, Type);

        public override TMessage Read(ReadOnlySpan<byte> body) => JsonMessageSerializer.Read(body, Type);
    }
}
