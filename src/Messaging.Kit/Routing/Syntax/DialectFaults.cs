namespace Messaging.Kit.Routing.Syntax;

internal static class DialectFaults
{
    public static IReadOnlyList<string> Find(EventPattern pattern, EventPatternDialect dialect) => [];
}
