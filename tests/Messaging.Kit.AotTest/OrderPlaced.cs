namespace Messaging.Kit.AotTest;

internal sealed record OrderPlaced(int Number, string Note);
