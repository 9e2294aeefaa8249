namespace Messaging.Kit.Testing.Faults;

/// <summary>What a <see cref="FaultProxy"/> does to a call instead of just passing it on. Immutable; one may be used by many rules.</summary>
public abstract class Fault
{
    private protected Fault()
    {
    }

    /// <summary>The server breaks down: HTTP 500, <c>InternalFailure</c>. The service does not see the call.</summary>
    public static Fault ServerError { get; } = Error(500, "InternalFailure", isSenderFault: false);

    /// <summary>A gateway in front of the service is overloaded: HTTP 503 with a page of HTML, as gateways do it.</summary>
    public static Fault Unavailable { get; } = new AnswerFault(_ => ProxyResponse.Make(503, "text/html", "<html><body>503 Service Unavailable</body></html>"));

    /// <summary>SQS asks for less: HTTP 403, <c>RequestThrottled</c>.</summary>
    public static Fault Throttled { get; } = Error(403, "RequestThrottled");

    /// <summary>An AWS service asks for less: HTTP 400, <c>ThrottlingException</c>.</summary>
    public static Fault ThrottlingException { get; } = Error(400, "ThrottlingException");

    /// <summary>The key service asks for less: HTTP 400, <c>KMS.ThrottlingException</c>, which the SDK does not take for throttling.</summary>
    public static Fault KmsThrottled { get; } = Error(400, "KMS.ThrottlingException", type: "KmsThrottled");

    /// <summary>The connection is cut before the service sees the call.</summary>
    public static Fault Drop { get; } = new AnswerFault(_ => null);

    /// <summary>The service carries the call out, and the connection is cut before its answer arrives.</summary>
    public static Fault LostAnswer { get; } = new LostAnswerFault();

    /// <summary>Nothing happens any more: the service does not see the call, the connection stays open without an answer.</summary>
    public static Fault Hang { get; } = new LatencyFault(Timeout.InfiniteTimeSpan, Drop);

    /// <summary>An error in the form of the protocol that the call came in; the service does not see the call.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code, as the SDK reports it.</param>
    /// <param name="type">The error's name in the service's model where it is not the code.</param>
    /// <param name="isSenderFault">Whether the service blames the caller.</param>
    /// <returns>The fault.</returns>
    public static Fault Error(int status, string code, string? type = null, bool isSenderFault = true) =>
        new AnswerFault(request => ProxyResponse.Error(request, status, code, type ?? code, isSenderFault));

    /// <summary>The call takes longer.</summary>
    /// <param name="time">How much longer.</param>
    /// <param name="then">What happens to it after that; it is just passed on unless given.</param>
    /// <returns>The fault.</returns>
    public static Fault Latency(TimeSpan time, Fault? then = null) => new LatencyFault(time, then);

    /// <summary>
    /// Some entries of a batch fail, for a reason of the service's own: they are not forwarded, and reported as failed among the
    /// outcomes of the others. Of the batches of SQS, <c>PublishBatch</c> of SNS and <c>PutEvents</c>; any other call is just passed on.
    /// </summary>
    /// <param name="positions">Which entries, counted from 0; all of them when none is given.</param>
    /// <returns>The fault.</returns>
    public static Fault FailEntries(params int[] positions)
    {
        var failing = positions.ToHashSet();
        return new EntryFault((index, _) => failing.Count == 0 || failing.Contains(index));
    }

    /// <summary>The same with entries that are picked at random.</summary>
    /// <param name="share">How many of them fail, from 0 for none to 1 for all.</param>
    /// <returns>The fault.</returns>
    public static Fault FailEntries(double share) => new EntryFault((_, random) => random() < share);

    /// <summary>Answers a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends it when the proxy is disposed.</param>
    /// <returns>The answer, or <see langword="null"/> to cut the connection.</returns>
    internal abstract Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken);
}
