namespace EventDrivenMicroservices;

/// <summary>Something that has happened to an order. Each kind of event is published by one service.</summary>
internal interface IOrderEvent
{
    /// <summary>The event's type on the wire, which the rules ask for.</summary>
    static abstract string Type { get; }

    Order Order { get; }
}
