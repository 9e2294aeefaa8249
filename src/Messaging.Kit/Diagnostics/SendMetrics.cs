using System.Diagnostics;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Diagnostics;

/// <summary>What is measured of the calls to one destination. Costs a check each while nobody listens.</summary>
internal sealed class SendMetrics(TransportEndpoint destination)
{
    /// <summary>Whether anybody listens.</summary>
    public static bool IsEnabled => MessagingDiagnostics.OperationDuration.Enabled || MessagingDiagnostics.SentMessages.Enabled;

    public void Sent(int accepted, int failed, Exception? failure, TimeSpan duration)
    {
        if (MessagingDiagnostics.OperationDuration.Enabled)
        {
            var tags = TagsOfCall();
            if (failure is not null)
            {
                tags.Add(Tags.ErrorType, MessagingDiagnostics.ErrorType(failure));
            }

            MessagingDiagnostics.OperationDuration.Record(duration.TotalSeconds, tags);
        }

        if (MessagingDiagnostics.SentMessages.Enabled)
        {
            if (accepted > 0)
            {
                MessagingDiagnostics.SentMessages.Add(accepted, TagsOfCall());
            }

            if (failed > 0)
            {
                var tags = TagsOfCall();
                tags.Add(Tags.ErrorType, failure is null ? "partial" : MessagingDiagnostics.ErrorType(failure));
                MessagingDiagnostics.SentMessages.Add(failed, tags);
            }
        }
    }

    private TagList TagsOfCall() => new()
    {
        { Tags.System, destination.Transport },
        { Tags.OperationName, "send" },
        { Tags.OperationType, "send" },
        { Tags.Destination, destination.Name },
    };
}
