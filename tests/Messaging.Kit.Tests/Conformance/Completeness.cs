using Messaging.Kit.Testing;

namespace Messaging.Kit.Tests.Conformance;

public sealed class Completeness : ConformanceCompleteness;
