namespace Messaging.Kit.Kafka.Tests.Security;

internal sealed record Reading(int Number);
