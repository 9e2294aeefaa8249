namespace Messaging.Kit.Transports;

/// <summary>What happens at start with the queues and topics that the registrations name.</summary>
public enum TopologyMode
{
    /// <summary>Nothing: they are expected to be there. The default on transports that outlive the process.</summary>
    None,

    /// <summary>They are compared with what the registrations say, and every difference is reported at once. Nothing is changed.</summary>
    Validate,

    /// <summary>What is missing is created; what exists is validated, never changed.</summary>
    Create,
}
