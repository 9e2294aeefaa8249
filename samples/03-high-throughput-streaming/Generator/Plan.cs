using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HighThroughputStreaming;

/// <summary>
/// Says of every reading what it is and what is wrong with it, from the seed and its number alone: the same for every run and every
/// restart, exact in its percentages. The devices' clock is that of the plan, so many readings a second however fast the run is.
/// </summary>
internal sealed class Plan
{
    /// <summary>Above this a reading is an anomaly.</summary>
    public const double HotCelsius = 90;

    /// <summary>Below this nothing can be.</summary>
    public const double AbsoluteZero = -273.15;

    private const int DevicesPerSite = 10;
    private const int ReadingsPerSecond = 1_000;
    private const int MaxPortion = 2_000;

    private static readonly JsonSerializerOptions Plain = new() { Converters = { new JsonStringEnumConverter() } };
    private static readonly TimeSpan MostLate = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Options _options;
    private readonly Deal _deal;
    private readonly int _poison, _late, _hot, _doubled;
    private readonly string[] _devices, _sites;

    // Up to which share of all readings the devices come together, from the most talkative one on.
    private readonly double[] _shares;

    public Plan(Options options)
    {
        _options = options;
        _deal = new Deal(options.Messages, options.Seed);
        (_poison, _late, _hot, _doubled) = (_deal.Share(options.PoisonPercent), _deal.Share(options.LatePercent), _deal.Share(options.AnomalyPercent), _deal.Share(options.DuplicatePercent));
        _devices = [.. Enumerable.Range(0, options.Devices).Select(device => string.Create(CultureInfo.InvariantCulture, $"device-{device:D4}"))];
        _sites = [.. Enumerable.Range(0, options.Devices).Select(device => string.Create(CultureInfo.InvariantCulture, $"site-{device / DevicesPerSite:D3}"))];
        _shares = SharesOf(options.Devices, options.Skew);
    }

    public int Count => _options.Messages;

    /// <summary>So many readings are published and noted together. Few at a low rate, so that they do not come in gusts.</summary>
    public int PortionSize => _options.Rate is { } rate ? Math.Clamp(rate / 10, 1, MaxPortion) : MaxPortion;

    /// <summary>What a ledger remembers, to notice when it is continued with other options.</summary>
    public override string ToString() => JsonSerializer.Serialize(
        new
        {
            _options.Transport,
            _options.Messages,
            _options.Seed,
            _options.Devices,
            _options.Skew,
            _options.Partitioning,
            _options.PoisonPercent,
            _options.LatePercent,
            _options.AnomalyPercent,
            _options.DuplicatePercent,
            PortionSize,
        },
        Plain);

    /// <summary>All readings, in the order in which they are published.</summary>
    public IEnumerable<PlannedReading> Readings()
    {
        var sequences = new int[_devices.Length];
        for (var number = 0; number < Count; number++)
        {
            var random = new Lot(_options.Seed, number);
            var device = DeviceAt(random.Next());
            yield return At(number, device, sequences[device]++, random.Next(), random.Next());
        }
    }

    private PlannedReading At(int number, int device, int sequence, double heat, double delay)
    {
        var place = _deal.PlaceOf(number);
        var trouble = TroubleAt(place);
        var time = Beginning.AddSeconds((double)number / ReadingsPerSecond) - (trouble == Trouble.Late ? MostLate * delay : TimeSpan.Zero);
        var celsius = trouble switch
        {
            Trouble.Invalid => AbsoluteZero - 1,
            Trouble.Hot => HotCelsius + 1 + (10 * heat),
            _ => 18 + (8 * heat),
        };
        return new(number, new(_devices[device], _sites[device], sequence, time, Math.Round(celsius, 2)), trouble, place >= Count - _doubled);
    }

    // Each kind of trouble has a range of places, one after the other; those that are published twice have the last ones.
    private Trouble TroubleAt(long place)
    {
        if (place < _poison)
        {
            return place % 2 == 0 ? Trouble.Broken : Trouble.Invalid;
        }

        if ((place -= _poison) < _late)
        {
            return Trouble.Late;
        }

        return place - _late < _hot ? Trouble.Hot : Trouble.None;
    }

    private int DeviceAt(double chance)
    {
        var found = Array.BinarySearch(_shares, chance);
        return Math.Min(found >= 0 ? found : ~found, _shares.Length - 1);
    }

    // Zipf: the second device says 1 / 2^skew of what the first one says, the third 1 / 3^skew. Zero: all say the same.
    private static double[] SharesOf(int devices, double skew)
    {
        var shares = new double[devices];
        var sum = 0.0;
        for (var device = 0; device < devices; device++)
        {
            shares[device] = sum += Math.Pow(device + 1, -skew);
        }

        return [.. shares.Select(share => share / sum)];
    }
}
