using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Diagnostics;

/// <summary>
/// The names under which the kit can be observed: <c>AddSource(MessagingDiagnostics.Name)</c> for traces and
/// <c>AddMeter(MessagingDiagnostics.Name)</c> for metrics in OpenTelemetry. Both follow its messaging conventions.
/// </summary>
public static class MessagingDiagnostics
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Messaging.Kit";

    internal static readonly ActivitySource Activities = new(Name);

    internal static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    internal static readonly Histogram<double> OperationDuration = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "Duration of calls to the broker.", advice: DurationBuckets);

    internal static readonly Histogram<double> ProcessDuration = Meter.CreateHistogram(
        "messaging.process.duration", "s", "Duration of handling a message.", advice: DurationBuckets);

    internal static readonly Counter<long> SentMessages = Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Messages sent to the broker.");

    internal static readonly Counter<long> ConsumedMessages = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Messages delivered to the application.");

    internal static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "messagingkit.consumer.retries", "{attempt}", "Further attempts to handle a message within one delivery.");

    internal static readonly Counter<long> Returned = Meter.CreateCounter<long>(
        "messagingkit.consumer.returned", "{message}", "Messages given back to the source after a failure.");

    internal static readonly Counter<long> DeadLettered = Meter.CreateCounter<long>(
        "messagingkit.consumer.deadlettered", "{message}", "Messages sent to a dead-letter destination.");

    internal static readonly Counter<long> Duplicates = Meter.CreateCounter<long>(
        "messagingkit.consumer.duplicates", "{message}", "Copies of messages that had been handled before.");

    internal static readonly Counter<long> LeasesLost = Meter.CreateCounter<long>(
        "messagingkit.consumer.leases_lost", "{message}", "Messages whose lease ended before they were settled.");

    internal static readonly Counter<long> SettlementFailures = Meter.CreateCounter<long>(
        "messagingkit.consumer.settlement_failures", "{message}", "Acks and nacks that the source did not take.");

    internal static readonly Counter<long> Faults = Meter.CreateCounter<long>(
        "messagingkit.consumer.faults", "{fault}", "Receives that failed.");

    internal static readonly UpDownCounter<long> InFlight = Meter.CreateUpDownCounter<long>(
        "messagingkit.consumer.in_flight", "{message}", "Messages received and not yet settled.");

    internal static string ErrorType(Exception exception) => exception switch
    {
        TransportException { Code: { } code } => code,
        TransportException transport => transport.Kind.ToString(),
        _ => exception.GetType().FullName ?? exception.GetType().Name,
    };
}
