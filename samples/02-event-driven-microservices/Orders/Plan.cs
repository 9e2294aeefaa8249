using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventDrivenMicroservices;

/// <summary>
/// Says of every order what it is and what goes wrong with it, from the seed and its number alone: the same for every run and every
/// restart, exact in its percentages.
/// </summary>
internal sealed class Plan
{
    private const int SampleEvery = 10;

    private static readonly JsonSerializerOptions Plain = new() { Converters = { new JsonStringEnumConverter() } };
    private static readonly string[] Customers = ["Ada", "Bela", "Chike", "Dilara", "Emil", "Fatou", "Grace", "Hana"];

    private readonly Options _options;
    private readonly Deal _deal;
    private readonly int _soldOut, _declined, _undeliverable, _flaky, _doubled;
    private readonly HashSet<int> _traced;

    public Plan(Options options)
    {
        _options = options;
        _deal = new Deal(options.Messages, options.Seed);
        (_soldOut, _declined, _undeliverable) = (_deal.Share(options.SoldOutPercent), _deal.Share(options.DeclinedPercent), _deal.Share(options.UndeliverablePercent));
        (_flaky, _doubled) = (_deal.Share(options.FlakyPercent), _deal.Share(options.DuplicatePercent));

        // One that ends well and two that do not, from the middle of the run, where the shop is warm.
        var fromTheMiddle = Enumerable.Range(0, Count).Select(number => At((number + (Count / 2)) % Count)).ToList();
        _traced = [.. new[] { Trouble.None, Trouble.Declined, Trouble.Undeliverable }
            .Select(trouble => fromTheMiddle.Find(order => order.Trouble == trouble && order.Sku != Catalogue.Sample)?.Number)
            .OfType<int>()];
    }

    public int Count => _options.Messages;

    /// <summary>What the books remember, to notice when they are continued with other options.</summary>
    public override string ToString() => JsonSerializer.Serialize(
        new
        {
            _options.Transport,
            _options.Messages,
            _options.Seed,
            _options.SoldOutPercent,
            _options.DeclinedPercent,
            _options.UndeliverablePercent,
            _options.FlakyPercent,
            _options.DuplicatePercent,
        },
        Plain);

    public PlannedOrder At(int number)
    {
        var place = _deal.PlaceOf(number);
        var trouble = TroubleAt(place);
        var random = new Random(number);
        var sku = trouble switch
        {
            Trouble.SoldOut => Catalogue.SoldOut,
            Trouble.None when random.Next(SampleEvery) == 0 => Catalogue.Sample,
            _ => Catalogue.OnSale[random.Next(Catalogue.OnSale.Count)].Sku,
        };
        return new(number, Customers[random.Next(Customers.Length)], sku, random.Next(1, 6), trouble, place >= Count - _doubled);
    }

    /// <summary>Whether the trace of this order is kept, to be printed at the end.</summary>
    public bool IsTraced(int number) => _traced.Contains(number);

    // Each kind of trouble has a range of places, one after the other; those that are published twice have the last ones.
    private Trouble TroubleAt(long place)
    {
        if (place < _soldOut)
        {
            return Trouble.SoldOut;
        }

        if ((place -= _soldOut) < _declined)
        {
            return Trouble.Declined;
        }

        if ((place -= _declined) < _undeliverable)
        {
            return Trouble.Undeliverable;
        }

        return place - _undeliverable < _flaky ? Trouble.Flaky : Trouble.None;
    }
}
