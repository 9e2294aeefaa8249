using System.Text.Json;
using System.Text.Json.Serialization;

namespace MessageQueue;

/// <summary>
/// Says of every message what it is and what goes wrong with it, from the seed and its number alone: the same for every run and
/// every restart, exact in its percentages, and nothing has to be kept in memory.
/// </summary>
internal sealed class Plan
{
    /// <summary>How many articles there are: keys, and so lanes, of the FIFO queue.</summary>
    public const int Skus = 64;

    private static readonly JsonSerializerOptions Plain = new() { Converters = { new JsonStringEnumConverter() } };
    private static readonly string[] Customers = ["Ada", "Bela", "Chike", "Dilara", "Emil", "Fatou", "Grace", "Hana"];

    private readonly Options _options;
    private readonly Deal _deal;
    private readonly int _poison, _flaky, _slow, _doubled;

    public Plan(Options options)
    {
        _options = options;
        _deal = new Deal(options.Messages, options.Seed);
        (_poison, _flaky, _slow, _doubled) =
            (_deal.Share(options.PoisonPercent), _deal.Share(options.FlakyPercent), _deal.Share(options.SlowPercent), _deal.Share(options.DuplicatePercent));
    }

    public int Count => _options.Messages;

    /// <summary>What a ledger remembers, to notice when it is continued with other options.</summary>
    public override string ToString() => JsonSerializer.Serialize(
        new
        {
            _options.Transport,
            _options.Messages,
            _options.Seed,
            _options.Queue,
            _options.PoisonPercent,
            _options.FlakyPercent,
            _options.SlowPercent,
            _options.DuplicatePercent,
        },
        Plain);

    public PlannedMessage At(int number)
    {
        var place = _deal.PlaceOf(number);
        var isFifo = _options.Queue == QueueKind.Fifo || (_options.Queue == QueueKind.Both && number % 2 == 1);
        var turn = _options.Queue == QueueKind.Both ? number / 2 : number;
        return isFifo
            ? new(number, Queues.Stock, $"sku-{turn % Skus:D3}", turn / Skus, TroubleAt(place), IsDoubled(place))
            : new(number, Queues.Orders, null, 0, TroubleAt(place), IsDoubled(place));
    }

    public static OrderPlaced OrderOf(PlannedMessage planned)
    {
        var random = new Random(planned.Number);
        var lines = planned.Trouble == Trouble.Invalid ? 0 : random.Next(1, 25);
        return new(
            $"{planned.Number:D7}",
            Customers[random.Next(Customers.Length)],
            [.. Enumerable.Range(0, lines).Select(_ =>
            {
                var sku = random.Next(Skus);
                return new OrderLine($"sku-{sku:D3}", $"Article {sku} in a box of {random.Next(1, 13)}, delivered to the door", random.Next(1, 10), random.Next(100, 10_000) / 100m);
            })]);
    }

    public static StockMoved StockMovementOf(PlannedMessage planned)
    {
        var random = new Random(planned.Number);
        var quantity = random.Next(1, 100) * (random.Next(2) == 0 ? 1 : -1);
        return new(planned.Sku!, planned.Sequence, planned.Trouble == Trouble.Invalid ? 0 : quantity, quantity > 0 ? "delivery" : "sale");
    }

    // Each kind of trouble has a range of places, one after the other; those that are published twice have the last ones.
    private Trouble TroubleAt(long place)
    {
        if (place < _poison)
        {
            return (place % 3) switch { 0 => Trouble.Broken, 1 => Trouble.Invalid, _ => Trouble.Hopeless };
        }

        if ((place -= _poison) < _flaky)
        {
            return place % 2 == 0 ? Trouble.Flaky : Trouble.Down;
        }

        return place - _flaky < _slow ? Trouble.Slow : Trouble.None;
    }

    private bool IsDoubled(long place) => place >= Count - _doubled;
}
