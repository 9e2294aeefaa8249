using System.Globalization;
using System.Text;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing;

/// <summary>
/// Sees all that happens to messages, and lets a test wait for it: until one was published, handled or dead-lettered. When it does
/// not happen in time, the exception tells what happened instead. Add it with <c>services.AddMessagingTestHarness()</c>.
/// </summary>
/// <remarks>Safe for concurrent use. It remembers every event of its lifetime: meant for tests, not for services.</remarks>
public sealed class MessagingTestHarness : IMessageObserver
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly List<MessageEvent> _events = [];
    private readonly List<Expectation> _expectations = [];

    /// <summary>All that has happened, in its order.</summary>
    public IReadOnlyList<MessageEvent> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Waits until a message has been published, that is accepted by its broker. One that was published before counts.</summary>
    /// <typeparam name="TMessage">The message's type.</typeparam>
    /// <param name="matches">Which message; any when omitted.</param>
    /// <param name="timeout">How long to wait, in real time; 10 s when omitted.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The message.</returns>
    /// <exception cref="TimeoutException">It did not happen; the text tells what did.</exception>
    public Task<TMessage> WaitUntilPublished<TMessage>(Func<TMessage, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitForAsync(MessageEventKind.Published, matches, timeout, cancellationToken);

    /// <summary>Waits until a handler has handled a message. One that was handled before counts.</summary>
    /// <typeparam name="TMessage">The message's type.</typeparam>
    /// <param name="matches">Which message; any when omitted.</param>
    /// <param name="timeout">How long to wait, in real time; 10 s when omitted.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The message.</returns>
    /// <exception cref="TimeoutException">It did not happen; the text tells what did.</exception>
    public Task<TMessage> WaitUntilHandled<TMessage>(Func<TMessage, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitForAsync(MessageEventKind.Handled, matches, timeout, cancellationToken);

    /// <summary>Waits until a message has been dead-lettered. One that was dead-lettered before counts.</summary>
    /// <param name="matches">Which event; any when omitted. A dead letter may be undecodable, so it is told by its event.</param>
    /// <param name="timeout">How long to wait, in real time; 10 s when omitted.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The event.</returns>
    /// <exception cref="TimeoutException">It did not happen; the text tells what did.</exception>
    public Task<MessageEvent> WaitUntilDeadLettered(Func<MessageEvent, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitForAsync("A message was dead-lettered", e => e.Kind == MessageEventKind.DeadLettered && matches?.Invoke(e) != false, timeout, cancellationToken);

    /// <summary>Waits until an event has happened. One that happened before counts.</summary>
    /// <param name="what">What is waited for, in words, for the exception.</param>
    /// <param name="matches">Which event.</param>
    /// <param name="timeout">How long to wait, in real time; 10 s when omitted.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The event.</returns>
    /// <exception cref="TimeoutException">It did not happen; the text tells what did.</exception>
    public async Task<MessageEvent> WaitForAsync(string what, Func<MessageEvent, bool> matches, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matches);
        var patience = timeout ?? DefaultTimeout;
        var expectation = new Expectation(matches);
        lock (_lock)
        {
            if (_events.Find(e => matches(e)) is { } past)
            {
                return past;
            }

            _expectations.Add(expectation);
        }

        try
        {
            return await expectation.Task.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{what}: that did not happen within {patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s. {Tell()}");
        }
        finally
        {
            lock (_lock)
            {
                _expectations.Remove(expectation);
            }
        }
    }

    void IMessageObserver.Published(PublishContext context) => Add(MessageEventKind.Published, context, null);

    void IMessageObserver.PublishFailed(PublishContext context, Exception failure) => Add(MessageEventKind.PublishFailed, context, failure);

    void IMessageObserver.Handled(ConsumeContext context, object message) => Add(MessageEventKind.Handled, context, message, null, null);

    void IMessageObserver.Retried(ConsumeContext context, Exception failure) => Add(MessageEventKind.Retried, context, null, null, failure);

    void IMessageObserver.Returned(ConsumeContext context, Exception failure) => Add(MessageEventKind.Returned, context, null, null, failure);

    void IMessageObserver.DeadLettered(ConsumeContext context, TransportEndpoint destination, Exception failure) =>
        Add(MessageEventKind.DeadLettered, context, null, destination, failure);

    void IMessageObserver.DuplicateSuppressed(ConsumeContext context) => Add(MessageEventKind.DuplicateSuppressed, context, null, null, null);

    void IMessageObserver.Acknowledged(ConsumeContext context) => Add(MessageEventKind.Acknowledged, context, null, null, null);

    private async Task<TMessage> WaitForAsync<TMessage>(MessageEventKind kind, Func<TMessage, bool>? matches, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var found = await WaitForAsync(
            $"A {typeof(TMessage).Name} was {(kind == MessageEventKind.Published ? "published" : "handled")}",
            e => e.Kind == kind && e.Message is TMessage message && matches?.Invoke(message) != false,
            timeout,
            cancellationToken).ConfigureAwait(false);
        return (TMessage)found.Message!;
    }

    private void Add(MessageEventKind kind, PublishContext context, Exception? failure) =>
        Add(new(kind, context.Envelope.Id, context.Envelope.Type, context.Destination, context.Message, failure));

    private void Add(MessageEventKind kind, ConsumeContext context, object? message, TransportEndpoint? endpoint, Exception? failure) =>
        Add(new(kind, context.MessageId, context.Envelope.Type, endpoint ?? context.Source, message, failure));

    private void Add(MessageEvent happened)
    {
        List<Expectation> met;
        lock (_lock)
        {
            _events.Add(happened);
            met = _expectations.FindAll(expectation => expectation.Matches(happened));
        }

        foreach (var expectation in met)
        {
            expectation.TrySetResult(happened);
        }
    }

    private string Tell()
    {
        var events = Events;
        if (events.Count == 0)
        {
            return "Nothing happened at all: was the host started, and is the harness registered in the same services?";
        }

        var told = new StringBuilder("What happened: ");
        told.AppendJoin(", ", events.GroupBy(e => (e.Kind, e.Type)).Select(group => $"{group.Count()} × {group.Key.Kind} {(group.Key.Type.Length == 0 ? "(no type)" : group.Key.Type)}"));
        if (events.LastOrDefault(e => e.Failure is not null) is { } failed)
        {
            told.Append(CultureInfo.InvariantCulture, $". The last failure, of message {failed.MessageId}: {failed.Failure!.GetType().Name}: {failed.Failure.Message}");
        }

        return told.ToString();
    }

    private sealed class Expectation(Func<MessageEvent, bool> matches) : TaskCompletionSource<MessageEvent>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Func<MessageEvent, bool> Matches { get; } = matches;
    }
}
