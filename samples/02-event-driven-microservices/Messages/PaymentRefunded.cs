namespace EventDrivenMicroservices;

/// <summary>Payment: the charge has been given back.</summary>
internal sealed record PaymentRefunded(Order Order) : IOrderEvent
{
    public static string Type => "payment.refunded";
}
