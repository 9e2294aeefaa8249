namespace Messaging.Kit.Load.Work;

/// <summary>Every message of every phase: published, confirmed, arrived. They balance when each arrived, and arrived once.</summary>
internal sealed class Books
{
    private readonly List<string> _faults = [];

    public long Sent { get; private set; }

    public long Received { get; private set; }

    public long Duplicates { get; private set; }

    public long Lost { get; private set; }

    public long Failed { get; private set; }

    public IReadOnlyList<string> Faults => _faults;

    public bool IsReconciled => _faults.Count == 0;

    /// <summary>Closes a phase.</summary>
    /// <param name="title">What it was.</param>
    /// <param name="supply">What was published.</param>
    /// <param name="ledger">What arrived; <see langword="null"/> where nothing is delivered.</param>
    public void Close(string title, Supply supply, Ledger? ledger)
    {
        Sent += supply.Confirmed;
        Failed += supply.Failed;
        if (supply.Failed > 0)
        {
            _faults.Add($"{title}: {supply.Failed:N0} messages were not accepted: {supply.Failure?.Message}");
        }

        if (ledger is not null)
        {
            var lost = supply.Confirmed - ledger.Arrived;
            (Received, Duplicates, Lost) = (Received + ledger.Arrived, Duplicates + ledger.Repeated, Lost + lost);
            if (lost != 0 || ledger.Repeated != 0)
            {
                _faults.Add($"{title}: of {supply.Confirmed:N0} messages {lost:N0} did not arrive, and {ledger.Repeated:N0} came again.");
            }
        }
    }

    public void Fault(string text) => _faults.Add(text);
}
