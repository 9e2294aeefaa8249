namespace EventDrivenMicroservices;

/// <summary>Something that the shop sells.</summary>
internal sealed record Article(string Sku, decimal Price, int Stock);
