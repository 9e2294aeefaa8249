using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

// Streams: logs in partitions that groups read, with the rules of Kafka.
public sealed partial class InMemoryBroker
{
    /// <summary>
    /// Declares a stream. Declaring it again is fine; options may come with a later declaration than the name, as long as it is not in use with
    /// other partitions, but not differ from those that were declared.
    /// </summary>
    /// <param name="name">The stream's name.</param>
    /// <param name="options">What it is like; the defaults, or what has been declared, unless given.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="ArgumentException">The options make no sense; the text lists all that is wrong.</exception>
    /// <exception cref="InvalidOperationException">The stream is declared with other options, or the name is a queue's or a topic's.</exception>
    public InMemoryStream DeclareStream(string name, InMemoryStreamOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfFaulty(options?.Validate(name) ?? [], nameof(options));
        var copy = options?.Copy();
        lock (_declaring)
        {
            if (Find(name) is not { } target)
            {
                var stream = new InMemoryStream(name, copy, _clock, Faults);
                _targets[name] = stream;
                return stream;
            }

            var declared = target as InMemoryStream ?? throw Taken(name, "stream");
            if (copy is not null)
            {
                declared.Declare(copy);
            }

            return declared;
        }
    }

    /// <summary>Finds a stream, for its figures and failures.</summary>
    /// <param name="name">The stream's name.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="TransportException">There is no such stream.</exception>
    public InMemoryStream GetStream(string name) => Find(name) as InMemoryStream ?? throw NotDeclared(name);

    /// <summary>Makes a sender, as the kit does for <c>to.InMemoryStream(...)</c>.</summary>
    /// <param name="stream">The stream's name. It need not be declared yet, but sending needs it.</param>
    /// <returns>The sender, owned by the caller.</returns>
    public ITransportSender CreateStreamSender(string stream)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(stream);
        return new InMemoryStreamSender(this, stream);
    }

    /// <summary>
    /// Makes a receiver that is a member of a group, as the kit does for <c>from.InMemoryStream(...)</c>, from its first receive until it is
    /// disposed of. The group exists from now on.
    /// </summary>
    /// <param name="stream">The stream's name. It need not be declared yet, but receiving needs it.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="options">How it reads; the defaults unless given.</param>
    /// <returns>The receiver, owned by the caller. It reads the group's backlog, too.</returns>
    /// <exception cref="ArgumentException">The options make no sense; the text lists all that is wrong.</exception>
    public ITransportReceiver CreateReceiver(string stream, string group, InMemoryGroupOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(stream);
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        ThrowIfFaulty(options?.Validate(stream) ?? [], nameof(options));
        return new InMemoryStreamReceiver(this, stream, group, options?.Copy() ?? new());
    }

    private static void ThrowIfFaulty(IEnumerable<string> faults, string parameter)
    {
        if (faults.ToArray() is { Length: > 0 } all)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, all), parameter);
        }
    }

    private InvalidOperationException Taken(string name, string wanted)
    {
        var kind = Find(name) switch
        {
            InMemoryQueue => "queue",
            InMemoryStream => "stream",
            _ => "topic",
        };
        return new InvalidOperationException($"'{name}' is a {kind} of the in-memory broker; give the {wanted} another name.");
    }
}
