namespace Messaging.Kit.Routing.Values;

/// <summary>How many values a matcher lets through. What lets few through is asked first, so that little is asked afterwards.</summary>
internal enum Width : byte
{
    /// <summary>A single value.</summary>
    One,

    /// <summary>What has a part in common.</summary>
    Some,

    /// <summary>What lies between bounds.</summary>
    Many,

    /// <summary>Nearly all.</summary>
    Most,

    /// <summary>Fields that are not there, which is nearly always.</summary>
    Absent,
}
