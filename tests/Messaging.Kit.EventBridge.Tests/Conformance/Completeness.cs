using Messaging.Kit.Testing;

namespace Messaging.Kit.EventBridge.Tests.Conformance;

public sealed class Completeness : ConformanceCompleteness;
