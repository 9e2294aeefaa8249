using System.Globalization;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>Holds the answer of a batch call against what was asked: no entry counts as done that SQS has not named.</summary>
internal static class SqsBatch
{
    /// <summary>Most entries of any batch call of SQS, and most messages of a receive.</summary>
    public const int MaxCount = 10;

    /// <summary>Marks the entries that failed, and those that the answer does not mention.</summary>
    /// <param name="batch">The batch; an entry's id is its index in it.</param>
    /// <param name="asked">The ids that were in the call.</param>
    /// <param name="accepted">The ids that SQS has accepted.</param>
    /// <param name="failed">What SQS has refused; the SDK leaves out empty lists.</param>
    /// <param name="action">The call.</param>
    /// <param name="queue">The queue's name.</param>
    public static void Reconcile<T>(
        TransportBatch<T> batch, IEnumerable<string> asked, IEnumerable<string>? accepted, List<BatchResultErrorEntry>? failed, string action, string queue)
    {
        var open = new HashSet<string>(asked, StringComparer.Ordinal);
        foreach (var entry in failed ?? [])
        {
            if (open.Remove(entry.Id))
            {
                batch.Fail(IndexOf(entry.Id), SqsErrors.Translate(entry, action, queue));
            }
        }

        open.ExceptWith(accepted ?? []);
        foreach (var id in open)
        {
            batch.Fail(IndexOf(id), new TransportException(FailureKind.Transient, $"The answer to {action} on '{queue}' does not say what became of the entry."));
        }
    }

    public static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);

    public static int IndexOf(string id) => int.Parse(id, CultureInfo.InvariantCulture);
}
