namespace MessageQueue;

/// <summary>What AWS asks for a million requests in us-east-1, after the free million of each month. Look at the page before you calculate with it: https://aws.amazon.com/sqs/pricing/.</summary>
internal static class Prices
{
    public const decimal Standard = 0.40m;
    public const decimal Fifo = 0.50m;
    public const string Source = "us-east-1, November 2026, after the free tier; check https://aws.amazon.com/sqs/pricing/";
}
