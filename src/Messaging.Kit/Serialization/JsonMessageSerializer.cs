using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messaging.Kit.Messages;

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
    public void Serialize<TMessage>(IBufferWriter<byte> writer, TMessage message)
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
        JsonSerializer.Serialize(json, message, TypeInfo<TMessage>());
        json.Flush();
        json.Reset(EmptyWriter.Instance);
        _spare = (this, json);
    }

    /// <inheritdoc/>
    public TMessage Deserialize<TMessage>(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, TypeInfo<TMessage>())
                ?? throw new PoisonMessageException($"The body is the JSON value null, not a {typeof(TMessage)}.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new PoisonMessageException($"The body is not a {typeof(TMessage)} in JSON: {exception.Message}", exception);
        }
    }

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

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Guarded by the feature switch that trimming turns off; Validate tells what is missing then.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded by the feature switch that Native AOT turns off; Validate tells what is missing then.")]
    private static IJsonTypeInfoResolver DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : JsonTypeInfoResolver.Combine();

    private JsonTypeInfo<TMessage> TypeInfo<TMessage>() => (JsonTypeInfo<TMessage>)_options.GetTypeInfo(typeof(TMessage));

    // Keeps a cached writer from holding on to a message's buffer.
    private sealed class EmptyWriter : IBufferWriter<byte>
    {
        public static readonly EmptyWriter Instance = new();

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("The writer is not in use.");

        public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("The writer is not in use.");
    }
}
