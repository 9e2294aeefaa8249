namespace EventDrivenMicroservices;

/// <summary>The books of the five services, closed and held against each other, and what does not add up.</summary>
internal sealed class Reconciliation
{
    private const int MaxExamples = 10;

    // What has the trace of its order written down.
    private static readonly string[] Traced =
        ["orders.orders", "inventory.reservations", "payments.payments", "payments.audits", "shipping.parcels", "notifications.confirmations", "notifications.notices"];

    private Reconciliation(List<string> differences) => Differences = differences;

    public required bool IsPlaced { get; init; }

    /// <summary>Orders that the bus has accepted.</summary>
    public required long Placed { get; init; }

    /// <summary>How many orders have ended how.</summary>
    public required IReadOnlyDictionary<string, long> Outcomes { get; init; }

    /// <summary>Orders that were accepted and have no end.</summary>
    public required long Lost { get; init; }

    public required long DeadLettered { get; init; }

    public required long Copies { get; init; }

    /// <summary>Pieces that were set aside, put back, and shipped.</summary>
    public required (long Reserved, long Released, long Shipped) Pieces { get; init; }

    /// <summary>Cents that the provider has charged and given back, and those of the completed orders.</summary>
    public required (long Charged, long Refunded, long Completed) Cents { get; init; }

    public long Completed => Outcomes.GetValueOrDefault(Outcome.Completed);

    public long Compensated => Outcomes.Values.Sum() - Completed;

    /// <summary>What keeps the run from reconciling, with examples; empty when every order is accounted for in every book.</summary>
    public IReadOnlyList<string> Differences { get; }

    public static Reconciliation Read(Database database)
    {
        var differences = new List<string>();

        Add("not accepted by the bus", "SELECT id FROM orders.orders WHERE accepted = 0 AND outcome IS NULL");
        Add("placed, but neither completed nor compensated", "SELECT id FROM orders.orders WHERE accepted = 1 AND outcome IS NULL");
        Add("ended, but never reported as placed", "SELECT id FROM orders.orders WHERE accepted = 0 AND outcome IS NOT NULL");
        Add("of another run", "SELECT id FROM orders.strangers UNION SELECT id FROM inventory.reservations WHERE id NOT IN (SELECT id FROM orders.orders)");
        Add("dead-lettered", "SELECT id || ' (' || consumer || ': ' || reason || ')' FROM orders.dead_letters");

        // Goods.
        Add("completed and not shipped, or shipped and not completed", "SELECT id FROM orders.orders LEFT JOIN shipping.parcels p USING (id) WHERE outcome IS NOT NULL AND (outcome = 'completed') <> (p.state IS 'shipped')");
        Add("compensated, and goods are still set aside", "SELECT id FROM orders.orders JOIN inventory.reservations r USING (id) WHERE outcome <> 'completed' AND r.state = 'reserved'");
        Add("shipped, and no goods were set aside", "SELECT id FROM shipping.parcels p WHERE state = 'shipped' AND NOT EXISTS (SELECT 1 FROM inventory.reservations r WHERE (r.id, r.sku, r.quantity, r.state) = (p.id, p.sku, p.quantity, 'reserved'))");
        Add("articles of which the shelf holds another number than it should", """
            SELECT sku FROM inventory.stock s WHERE initial - shelf <> (SELECT COALESCE(SUM(quantity), 0) FROM shipping.parcels p WHERE p.sku = s.sku AND state = 'shipped')
            """);

        // Money.
        Add("completed, and not charged what they cost", "SELECT id FROM orders.orders o WHERE outcome = 'completed' AND cents <> COALESCE((SELECT cents FROM payments.payments p WHERE p.id = o.id AND state = 'charged'), 0)");
        Add("compensated, and still charged", "SELECT id FROM orders.orders JOIN payments.payments p USING (id) WHERE outcome <> 'completed' AND p.state = 'charged'");
        Add("where the provider has charged or given back something else than payment thinks", """
            SELECT id FROM payments.payments p LEFT JOIN payments.provider v ON v.key = p.id WHERE (p.state, p.cents) IS NOT (CASE WHEN v.key IS NULL THEN 'declined' WHEN v.refunded THEN 'refunded' ELSE 'charged' END, COALESCE(v.cents, p.cents))
            UNION SELECT key FROM payments.provider WHERE key NOT IN (SELECT id FROM payments.payments)
            """);

        // Words.
        Add("whose customer got no line", "SELECT id FROM orders.orders WHERE accepted = 1 AND id NOT IN (SELECT id FROM notifications.confirmations)");
        Add("whose customer was not told how it ended, or told wrong", "SELECT id FROM orders.orders LEFT JOIN notifications.notices n USING (id) WHERE orders.orders.outcome IS NOT NULL AND orders.orders.outcome IS NOT n.outcome");
        Add("that the auditors did not get, or should not have got", $"SELECT id FROM orders.orders LEFT JOIN payments.audits a USING (id) WHERE orders.orders.outcome IS NOT NULL AND a.outcome IS NOT (CASE WHEN orders.orders.cents >= {Routes.LargeTotal} * 100 THEN orders.orders.outcome END)");

        // Traces: every book has the one trace of the order.
        Add("whose trace is not one", string.Join(" UNION ", Traced.Select(table => $"SELECT id FROM {table} b WHERE b.trace IS NOT (SELECT substr(context, 4, 32) FROM orders.orders o WHERE o.id = b.id){(table == "orders.orders" ? " AND outcome IS NOT NULL" : "")}")));

        return new Reconciliation(differences)
        {
            IsPlaced = Number("SELECT COUNT(*) FROM orders.milestones") == 1,
            Placed = Number("SELECT COUNT(*) FROM orders.orders WHERE accepted = 1"),
            Outcomes = database.Query("SELECT outcome, COUNT(*) FROM orders.orders WHERE outcome IS NOT NULL GROUP BY outcome", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(),
            Lost = Number("SELECT COUNT(*) FROM orders.orders WHERE accepted = 1 AND outcome IS NULL"),
            DeadLettered = Number("SELECT COUNT(*) FROM orders.dead_letters"),
            Copies = ShopService.All.Sum(service => Number($"SELECT COALESCE(SUM(value), 0) FROM {service.Book}.counters WHERE name = '{ServiceLedger.Copies}'")),
            Pieces = (
                Number("SELECT COALESCE(SUM(quantity), 0) FROM inventory.reservations WHERE state <> 'short'"),
                Number("SELECT COALESCE(SUM(quantity), 0) FROM inventory.reservations WHERE state = 'released'"),
                Number("SELECT COALESCE(SUM(quantity), 0) FROM shipping.parcels WHERE state = 'shipped'")),
            Cents = (
                Number("SELECT COALESCE(SUM(cents), 0) FROM payments.provider"),
                Number("SELECT COALESCE(SUM(cents), 0) FROM payments.provider WHERE refunded = 1"),
                Number("SELECT COALESCE(SUM(cents), 0) FROM orders.orders WHERE outcome = 'completed'")),
        };

        long Number(string sql) => database.Single(sql, row => row.GetInt64(0));

        void Add(string what, string sql)
        {
            var examples = database.Query(sql, row => row.GetString(0));
            if (examples.Count > 0)
            {
                differences.Add(FormattableString.Invariant($"{examples.Count:N0} {what}: {string.Join(", ", examples.Order(StringComparer.Ordinal).Take(MaxExamples))}{(examples.Count > MaxExamples ? ", ..." : "")}"));
            }
        }
    }
}
