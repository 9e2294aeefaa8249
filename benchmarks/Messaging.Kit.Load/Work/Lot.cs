namespace Messaging.Kit.Load.Work;

/// <summary>Some messages in a row.</summary>
internal readonly record struct Lot(long First, int Count)
{
    public long End => First + Count;
}
