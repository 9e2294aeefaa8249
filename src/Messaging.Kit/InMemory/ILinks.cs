namespace Messaging.Kit.InMemory;

/// <summary>Says which of a message's links a list uses, so that a message can be in two lists.</summary>
internal interface ILinks
{
    static abstract ref Links Of(ref StoredMessage message);
}
