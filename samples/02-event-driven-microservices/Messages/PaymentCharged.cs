namespace EventDrivenMicroservices;

/// <summary>Payment: the card has been charged.</summary>
internal sealed record PaymentCharged(Order Order) : IOrderEvent
{
    public static string Type => "payment.charged";
}
