using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>Sees to it that a service may send to a queue. A statement that is missing is added to the queue's policy; those that are there stay as they are.</summary>
internal static class SqsSendPermission
{
    // Others may add statements of theirs at the same moment, and the last to write wins.
    private const int Attempts = 3;

    /// <summary>Adds the statement where it is missing, or only looks.</summary>
    /// <param name="queue">The queue, which is there.</param>
    /// <param name="service">The service that sends, such as <c>sns.amazonaws.com</c>.</param>
    /// <param name="sourceArn">The topic or the rule.</param>
    /// <param name="mode">What happens when the statement is missing.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The difference, or <see langword="null"/>.</returns>
    /// <exception cref="TransportException">SQS cannot be reached or refuses.</exception>
    public static async ValueTask<string?> ApplyAsync(SqsQueue queue, string service, string sourceArn, TopologyMode mode, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var attributes = await queue.ReadAttributesAsync(["QueueArn", "Policy"], cancellationToken).ConfigureAwait(false);
            var found = attributes.GetValueOrDefault("Policy");
            var wanted = new SqsPolicy(service, attributes.GetValueOrDefault("QueueArn") ?? "*", sourceArn);
            if (wanted.IsAllowedBy(found))
            {
                return null;
            }

            if (mode != TopologyMode.Create || attempt > Attempts || wanted.AddTo(found) is not { } policy)
            {
                return $"Queue '{queue.Name}' does not let {service} send what {sourceArn} has for it. Add to the queue's policy: {JsonText.Of(wanted.Statement)}";
            }

            await queue.SetAttributeAsync("Policy", policy, cancellationToken).ConfigureAwait(false);
        }
    }
}
