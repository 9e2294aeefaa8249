using System.Diagnostics;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Diagnostics;

/// <summary>What is measured of the receives from one source. Costs a check each while nobody listens.</summary>
internal sealed class ReceiveMetrics(TransportEndpoint source, string consumer)
{
    /// <summary>The tag of the kit's own instruments.</summary>
    public KeyValuePair<string, object?> Tag { get; } = new(Tags.ConsumerGroup, consumer);

    public void Received(int count, Exception? failure, TimeSpan duration)
    {
        if (failure is not null)
        {
            MessagingDiagnostics.Faults.Add(1, Tag, new(Tags.ErrorType, MessagingDiagnostics.ErrorType(failure)));
        }

        // An empty poll lasts as long as the poll is long, which says nothing about the broker.
        if (MessagingDiagnostics.OperationDuration.Enabled && (count > 0 || failure is not null))
        {
            var tags = new TagList
            {
                { Tags.System, source.Transport },
                { Tags.OperationName, "receive" },
                { Tags.OperationType, "receive" },
                { Tags.Destination, source.Name },
                { Tags.ConsumerGroup, consumer },
            };
            if (failure is not null)
            {
                tags.Add(Tags.ErrorType, MessagingDiagnostics.ErrorType(failure));
            }

            MessagingDiagnostics.OperationDuration.Record(duration.TotalSeconds, tags);
        }
    }
}
