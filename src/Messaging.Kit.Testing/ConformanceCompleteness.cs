using System.Collections.Concurrent;
using System.Reflection;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>
/// Notices what was forgotten: a harness that does not run one of the suites, an excuse for a test that does not exist. Each test
/// assembly with a harness derives it once: <c>public sealed class Completeness : ConformanceCompleteness;</c>. No suite runs without it.
/// </summary>
public abstract class ConformanceCompleteness
{
    private static readonly ConcurrentDictionary<Assembly, bool> Present = new();

    /// <summary>Every harness of the assembly runs every suite, and excuses only tests that exist, with a reason.</summary>
    [Fact]
    public void Every_harness_runs_every_suite()
    {
        var faults = FaultsIn(GetType().Assembly);
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    /// <summary>What the harnesses of an assembly forgot.</summary>
    /// <param name="assembly">A test assembly.</param>
    /// <returns>One sentence each; empty when all is well.</returns>
    public static IReadOnlyList<string> FaultsIn(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var types = assembly.GetTypes().Where(type => type is { IsAbstract: false, IsClass: true }).ToArray();
        var harnesses = types.Where(type => type.IsSubclassOf(typeof(TransportHarness))).ToArray();
        var suites = typeof(ConformanceSuite<>).Assembly.GetExportedTypes().Where(type => SuiteOf(type) is not null).ToArray();
        var run = types.Where(type => type.IsPublic).Select(SuiteOf).OfType<Type>().ToHashSet();

        var missing = from harness in harnesses
                      from suite in suites
                      where !run.Contains(suite.MakeGenericType(harness))
                      select $"{harness.Name} does not run a suite. Add: public sealed class {harness.Name}{Plain(suite).Replace("Conformance", "", StringComparison.Ordinal)} : {Plain(suite)}<{harness.Name}>;";
        var behaviours = suites.SelectMany(suite => suite.GetMethods()).Select(method => method.Name).ToHashSet();
        var excuses = from harness in harnesses
                      from excuse in Make(harness).Deviations
                      where !behaviours.Contains(excuse.Key) || string.IsNullOrWhiteSpace(excuse.Value)
                      select $"{harness.Name} excuses '{excuse.Key}', which is no test of the suite, or gives no evidence.";
        return [.. harnesses.Length == 0 ? [$"{assembly.GetName().Name} has no {nameof(TransportHarness)}."] : missing.Concat(excuses)];
    }

    internal static void RequireIn(Assembly assembly) => Assert.True(
        Present.GetOrAdd(assembly, static a => a.GetTypes().Any(type => type is { IsAbstract: false, IsPublic: true } && type.IsSubclassOf(typeof(ConformanceCompleteness)))),
        $"{assembly.GetName().Name} runs conformance suites without the check that none is forgotten. Add: public sealed class Completeness : {nameof(ConformanceCompleteness)};");

    private static TransportHarness Make(Type harness) => (TransportHarness)harness.GetConstructor(Type.EmptyTypes)!.Invoke(null);

    private static string Plain(Type generic) => generic.Name.Split('`')[0];

    // The suite that a class is or derives from: the generic type right below ConformanceSuite.
    private static Type? SuiteOf(Type type)
    {
        for (var suite = type; suite.BaseType is { } parent; suite = parent)
        {
            if (parent.IsGenericType && parent.GetGenericTypeDefinition() == typeof(ConformanceSuite<>))
            {
                return suite.IsGenericType && suite.ContainsGenericParameters ? suite.GetGenericTypeDefinition() : suite;
            }
        }

        return null;
    }
}
