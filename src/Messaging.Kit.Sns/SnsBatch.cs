using System.Globalization;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>Holds the answer of a batch call against what was asked: no entry counts as done that SNS has not named.</summary>
internal static class SnsBatch
{
    /// <summary>Most entries of a batch call.</summary>
    public const int MaxCount = 10;

    /// <summary>Marks the entries that failed, and those that the answer does not mention.</summary>
    /// <param name="batch">The batch; an entry's id is its index in it.</param>
    /// <param name="asked">What was in the call.</param>
    /// <param name="outcomes">What SNS says of it.</param>
    /// <param name="action">The call.</param>
    /// <param name="topic">The topic's name.</param>
    public static void Reconcile(
        TransportBatch<Envelope> batch, IReadOnlyList<SnsPublishEntry> asked, IReadOnlyList<SnsPublishOutcome> outcomes, string action, string topic)
    {
        var open = new HashSet<string>(asked.Select(entry => entry.Id), StringComparer.Ordinal);

        // Whoever is named twice has failed if one of them says so, and what has neither an error nor an id has not been accepted.
        foreach (var outcome in outcomes.Where(outcome => outcome.ErrorCode is not null || !string.IsNullOrEmpty(outcome.MessageId)).OrderBy(outcome => outcome.ErrorCode is null))
        {
            if (open.Remove(outcome.Id) && outcome.ErrorCode is not null)
            {
                batch.Fail(IndexOf(outcome.Id), SnsErrors.Translate(outcome, action, topic));
            }
        }

        foreach (var id in open)
        {
            batch.Fail(IndexOf(id), new TransportException(FailureKind.Transient, $"The answer to {action} on '{topic}' does not say what became of the entry."));
        }
    }

    public static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static int IndexOf(string id) => int.Parse(id, CultureInfo.InvariantCulture);
}
