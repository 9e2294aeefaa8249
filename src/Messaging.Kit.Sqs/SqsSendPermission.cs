using System.Security.Cryptography;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>
/// Sees to it that a service may send to queues. A statement that is missing is added to the queue's policy; those that are there stay as they
/// are. SQS knows no change of a policy, only a new one in its place: whoever writes one at the same moment may undo this, so it is looked at once more.
/// </summary>
/// <param name="service">The service that sends, such as <c>sns.amazonaws.com</c>.</param>
/// <param name="sourceArn">The topic or the rule.</param>
/// <param name="time">The clock.</param>
internal sealed class SqsSendPermission(string service, string sourceArn, TimeProvider time)
{
    // What SQS says of its attributes: changes take up to a minute.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // In milliseconds: longer than others take from reading a policy to writing theirs.
    private const int LeastSettling = 400;
    private const int MostSettling = 700;

    /// <summary>Adds the statement where it is missing, or only looks.</summary>
    /// <param name="queues">The queues, which are there.</param>
    /// <param name="mode">What happens when the statement is missing.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Every difference.</returns>
    /// <exception cref="TransportException">SQS cannot be reached or refuses, or does not show what it has been told.</exception>
    public async ValueTask<IReadOnlyList<string>> ApplyAsync(IEnumerable<SqsQueue> queues, TopologyMode mode, CancellationToken cancellationToken)
    {
        var (differences, started) = (new List<string>(), time.GetTimestamp());
        while (true)
        {
            var written = new List<SqsQueue>();
            foreach (var queue in queues)
            {
                if (await ApplyAsync(queue, mode, started, differences, cancellationToken).ConfigureAwait(false))
                {
                    written.Add(queue);
                }
            }

            if (written.Count == 0)
            {
                return differences;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(LeastSettling, MostSettling)), time, cancellationToken).ConfigureAwait(false);
            queues = written;
        }
    }

    // Whether the policy had to be written.
    private async ValueTask<bool> ApplyAsync(SqsQueue queue, TopologyMode mode, long started, List<string> differences, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        string? replaced = null;
        for (var isWritten = false; ;)
        {
            var attributes = await queue.ReadAttributesAsync(["QueueArn", "Policy"], cancellationToken).ConfigureAwait(false);
            var found = attributes.GetValueOrDefault("Policy");
            var wanted = new SqsPolicy(service, attributes.GetValueOrDefault("QueueArn") ?? "*", sourceArn);
            if (wanted.IsAllowedBy(found))
            {
                return isWritten;
            }

            if (mode != TopologyMode.Create || wanted.AddTo(found) is not { } policy || !wanted.IsAllowedBy(policy))
            {
                differences.Add($"Queue '{queue.Name}' does not let {service} send what {sourceArn} has for it. Add to the queue's policy: {JsonText.Of(wanted.Statement)}");
                return false;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new TransportException(
                    FailureKind.Transient,
                    $"Queue '{queue.Name}' has been told to let {service} send what {sourceArn} has for it, and after {Patience.TotalSeconds} s its policy does not say so. Start again in a minute.");
            }

            // What is as it was before has not heard of it yet; anything else is somebody else's, without this statement.
            var isAgain = isWritten;
            if (!isAgain || found != replaced)
            {
                await queue.SetAttributeAsync("Policy", policy, cancellationToken).ConfigureAwait(false);
                (isWritten, replaced) = (true, found);
            }

            if (isAgain)
            {
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            }
        }
    }
}
