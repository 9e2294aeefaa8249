using Messaging.Kit;

namespace HighThroughputStreaming;

/// <summary>
/// The end of the stream: no reading will come any more that could close the windows which are still open. If the process dies half-way,
/// the next one publishes what was not found yet, under the same ids.
/// </summary>
internal sealed class Closing(WindowStore windows, Ledger ledger, IMessageBus bus)
{
    private bool _isDone;

    public async Task CloseOnceAsync()
    {
        if (!_isDone)
        {
            var closed = await windows.CloseAllAsync();
            var outcomes = await bus.PublishManyAsync(
                closed.Select(window => window.ToMessage()),
                result => new PublishOptions { Id = ledger.IdOf(result) });
            _isDone = outcomes.All(outcome => outcome.IsAccepted);
        }
    }
}
