namespace EventDrivenMicroservices;

/// <summary>What the shop sells. Only inventory knows the prices and what is on the shelf; others have to ask.</summary>
internal static class Catalogue
{
    /// <summary>Costs nothing: whoever orders it need not pay.</summary>
    public const string Sample = "sample";

    /// <summary>Is in the catalogue, and none of it is on the shelf.</summary>
    public const string SoldOut = "fountain-pen";

    private const int Plenty = 10_000_000;

    public static IReadOnlyList<Article> Articles { get; } =
    [
        new(Sample, 0, Plenty),
        new("pencil", 1.20m, Plenty),
        new("notebook", 7.50m, Plenty),
        new("ink", 12.90m, Plenty),
        new("desk-lamp", 64.00m, Plenty),
        new("easel", 149.00m, Plenty),
        new(SoldOut, 89.00m, 0),
    ];

    /// <summary>What somebody may order who is to have what was ordered.</summary>
    public static IReadOnlyList<Article> OnSale { get; } = [.. Articles.Where(article => article is { Price: > 0, Stock: > 0 })];

    public static decimal PriceOf(string sku) => Articles.Single(article => article.Sku == sku).Price;
}
