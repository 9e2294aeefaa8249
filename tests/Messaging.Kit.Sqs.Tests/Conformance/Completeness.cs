using Messaging.Kit.Testing;

namespace Messaging.Kit.Sqs.Tests.Conformance;

public sealed class Completeness : ConformanceCompleteness;
