namespace Messaging.Kit;

/// <summary>Publishes messages. Where each type goes is said once, in <c>AddMessaging</c>.</summary>
/// <remarks>A singleton, safe for concurrent use. Concurrent publishes share calls to the broker.</remarks>
public interface IMessageBus
{
    /// <summary>Publishes a message; completes when the broker has accepted it.</summary>
    /// <typeparam name="TMessage">The message's type. The route of this type is used, else that of the message's own type.</typeparam>
    /// <param name="message">The message; encoded as soon as there is room for it, so not to be changed until the task has ended.</param>
    /// <param name="options">What there is to say about this message.</param>
    /// <param name="cancellationToken">
    /// Takes the message back while it waits to be sent. Once it is under way its outcome is awaited, so that a cancelled publish
    /// is one that has not been accepted; only when an attempt had failed without an answer before may it have arrived all the same.
    /// </param>
    /// <returns>A task for the outcome.</returns>
    /// <exception cref="Messages.TransportException">The broker has not accepted the message; its kind says why.</exception>
    /// <exception cref="Messages.MessagingException">The type is not routed: add <c>kit.Publish&lt;T&gt;(...)</c>.</exception>
    /// <exception cref="OperationCanceledException">The message was taken back.</exception>
    ValueTask PublishAsync<TMessage>(TMessage message, PublishOptions options = default, CancellationToken cancellationToken = default)
        where TMessage : notnull;

    /// <summary>Publishes many messages, in as few calls as they fit into; completes when each has its outcome.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="messages">The messages; taken one by one while there is room, so the sequence may be long and lazy.</param>
    /// <param name="options">What there is to say about each message.</param>
    /// <param name="cancellationToken">Takes back what waits to be sent; those messages have an <see cref="OperationCanceledException"/> as their outcome.</param>
    /// <returns>The outcomes, in the order of the messages. It throws only what <paramref name="messages"/> and <paramref name="options"/> throw.</returns>
    ValueTask<IReadOnlyList<PublishOutcome>> PublishManyAsync<TMessage>(
        IEnumerable<TMessage> messages,
        Func<TMessage, PublishOptions>? options = null,
        CancellationToken cancellationToken = default)
        where TMessage : notnull;
}
