namespace EventDrivenMicroservices;

/// <summary>How an order ends.</summary>
internal static class Outcome
{
    public const string Completed = "completed";
    public const string SoldOut = "sold out";
    public const string Declined = "declined";
    public const string Undeliverable = "undeliverable";
}
