namespace Messaging.Kit.InMemory;

/// <summary>A stored message's neighbours in a <see cref="MessageList{TLinks}"/>, by index; 0 for none.</summary>
internal struct Links
{
    public int Previous;
    public int Next;
}
