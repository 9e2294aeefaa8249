using System.Runtime.CompilerServices;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>A test of the conformance suite: a <see cref="FactAttribute"/> that ends after two minutes whatever a transport does.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BehaviourAttribute : FactAttribute
{
    /// <summary>Marks a test.</summary>
    /// <param name="sourceFilePath">Filled in by the compiler.</param>
    /// <param name="sourceLineNumber">Filled in by the compiler.</param>
    public BehaviourAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = 120_000;
}
