namespace EventDrivenMicroservices;

/// <summary>Payment: the card was declined. The stock that was reserved has to be released.</summary>
internal sealed record PaymentDeclined(Order Order) : IOrderEvent
{
    public static string Type => "payment.declined";
}
