namespace MessageQueue;

/// <summary>A customer has ordered. Orders may be shipped in any order, so they travel by a standard queue.</summary>
internal sealed record OrderPlaced(string OrderNumber, string Customer, IReadOnlyList<OrderLine> Lines);
