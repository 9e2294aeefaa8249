using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace HighThroughputStreaming;

/// <summary>
/// Reads the topics behind the aggregation and records what is in them: what counts is what has really arrived there. Each record has a
/// unique key that comes from the message, so a copy changes nothing, and is counted.
/// </summary>
internal sealed class Archive(Ledger ledger)
{
    public async ValueTask RecordResultAsync(WindowClosed result, ConsumeContext context, CancellationToken cancellationToken)
    {
        if (context.MessageId.StartsWith(ledger.Run, StringComparison.Ordinal))
        {
            await ledger.RecordAsync(result);
        }
        else
        {
            await ledger.NoteStrangerAsync(context.MessageId);
        }
    }

    public ValueTask RecordAnomalyAsync(AnomalyFound anomaly, ConsumeContext context, CancellationToken cancellationToken) => RecordAsync(context, ledger.RecordAnomalyAsync);

    public ValueTask RecordLateAsync(ReadingCameLate late, ConsumeContext context, CancellationToken cancellationToken) => RecordAsync(context, ledger.RecordLateAsync);

    // Decodes nothing, for a body that nobody can read is one of the reasons why messages end up here.
    public ValueTask RecordDeadLetterAsync(ConsumeContext context, CancellationToken cancellationToken) =>
        RecordAsync(context, number => ledger.BuryAsync(number, context.Headers[HeaderNames.DeadLetterReason] ?? "unknown"));

    private async ValueTask RecordAsync(ConsumeContext context, Func<int, Task> record) =>
        await (ledger.TryGetNumber(context.MessageId, out var number) ? record(number) : ledger.NoteStrangerAsync(context.MessageId));
}
