namespace EventDrivenMicroservices;

/// <summary>What goes wrong with an order.</summary>
internal enum Trouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing of the article is left: inventory cannot reserve it, and there is nothing to undo.</summary>
    SoldOut,

    /// <summary>The card is declined: the stock is released.</summary>
    Declined,

    /// <summary>Nobody can deliver there: the charge is given back, then the stock.</summary>
    Undeliverable,

    /// <summary>The card is charged, and the provider's answer gets lost: payment has to ask again, and may not charge twice.</summary>
    Flaky,
}
