using Messaging.Kit.Testing;

namespace Messaging.Kit.Kafka.Tests.Conformance;

public sealed class Completeness : ConformanceCompleteness;
