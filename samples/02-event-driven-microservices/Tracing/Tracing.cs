using System.Diagnostics;
using Messaging.Kit.Diagnostics;

namespace EventDrivenMicroservices;

/// <summary>
/// Listens to the kit's spans, and to the two of the shop's own, and writes those of a few orders into the book of the service that they
/// belong to. An application would have OpenTelemetry here. All orders have a trace; the flag in its context says whether it is kept.
/// </summary>
internal sealed class Tracing : IDisposable
{
    private const string Name = "Shop";
    private const string ServiceTag = "service";
    private const string ConsumerTag = "messaging.consumer.group.name";
    private const string MessageTag = "messaging.message.id";
    private const string Insert = "INSERT INTO spans (trace, at, took, service, what) VALUES ($1, $2, $3, $4, $5)";

    private static readonly ActivitySource Source = new(Name);

    private readonly ActivityListener _listener;
    private readonly Dictionary<string, ServiceLedger> _ledgers;

    public Tracing(IReadOnlyDictionary<Service, ServiceLedger> ledgers)
    {
        _ledgers = ledgers.ToDictionary(pair => NameOf(pair.Key), pair => pair.Value);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MessagingDiagnostics.Name or Name,
            Sample = Sample,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What a service is called, in traces and in the names of its queues.</summary>
    public static string NameOf(Service service) => service.ToString().ToLowerInvariant();

    /// <summary>Goes on with a trace whose context came another way than in a message's headers.</summary>
    public static Activity? Continue(Service service, string context, string what) =>
        Source.StartActivity(what, ActivityKind.Internal, ActivityContext.Parse(context, null), tags: [new(ServiceTag, NameOf(service))]);

    public void Dispose() => _listener.Dispose();

    // As the one who has begun the trace decided. Without a beginning there is no order to tell about.
    private static ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options) =>
        options.Parent.TraceId == default ? ActivitySamplingResult.None
        : options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded
        : ActivitySamplingResult.PropagationData;

    private void Keep(Activity activity)
    {
        if (activity.Recorded && ServiceOf(activity) is { } service && _ledgers.TryGetValue(service, out var ledger))
        {
            var (trace, at, took, what) = (activity.TraceId.ToHexString(), Microseconds(activity.StartTimeUtc - DateTime.UnixEpoch), Microseconds(activity.Duration), WhatIs(activity));
            _ = ledger.Transactions.RunAsync(database => database.Execute(Insert, trace, at, took, service, what));
        }
    }

    // A consumer's name begins with that of its service; a publish belongs to what it happens in.
    private static string? ServiceOf(Activity? activity)
    {
        for (; activity is not null; activity = activity.Parent)
        {
            if ((activity.GetTagItem(ServiceTag) ?? activity.GetTagItem(ConsumerTag)) is string name)
            {
                return name.Split('-')[0];
            }
        }

        return null;
    }

    // The ids of the shop's messages tell their type: "7f3a12bc-0000042/order.placed".
    private static string WhatIs(Activity activity) => activity.GetTagItem(MessageTag) is string id && id.Split('/') is [_, var type, ..]
        ? $"{(activity.Kind == ActivityKind.Producer ? "publish" : "handle")} {type}"
        : activity.OperationName;

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
