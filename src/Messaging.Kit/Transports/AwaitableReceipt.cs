using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>A receipt for one envelope that can be awaited.</summary>
public sealed class AwaitableReceipt : ISendReceipt
{
    private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the broker has accepted the envelope; fails with the <see cref="TransportException"/> when it has not.</summary>
    public Task Outcome => _outcome.Task;

    /// <inheritdoc />
    public void Conclude(TransportException? failure)
    {
        if (failure is null)
        {
            _outcome.SetResult();
        }
        else
        {
            _outcome.SetException(failure);
        }
    }
}
