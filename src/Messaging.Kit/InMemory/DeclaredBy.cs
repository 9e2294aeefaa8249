namespace Messaging.Kit.InMemory;

/// <summary>Whose word a queue's options are; the greater one prevails, equals must agree.</summary>
internal enum DeclaredBy
{
    /// <summary>Somebody who only knew the name.</summary>
    Name,

    /// <summary>A destination.</summary>
    Destination,

    /// <summary>A source, or the program itself.</summary>
    Owner,
}
