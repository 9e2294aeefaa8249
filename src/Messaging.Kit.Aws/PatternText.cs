using Messaging.Kit.Routing;

namespace Messaging.Kit.Aws;

/// <summary>Event patterns that are values of something else: of rules, of archives, filter policies.</summary>
internal static class PatternText
{
    /// <summary>Why a service does not take a text for a pattern, all of it; empty when it does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="dialect">The service's part of the language.</param>
    public static IReadOnlyList<string> FaultsOf(string text, EventPatternDialect dialect)
    {
        try
        {
            return EventPattern.Parse(text).FindFaults(dialect);
        }
        catch (EventPatternException exception)
        {
            return [exception.Message];
        }
    }
}
