using Messaging.Kit.Testing;

namespace Messaging.Kit.Sns.Tests.Conformance;

public sealed class Completeness : ConformanceCompleteness;
