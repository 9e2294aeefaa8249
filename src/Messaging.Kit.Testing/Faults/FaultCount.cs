namespace Messaging.Kit.Testing.Faults;

/// <summary>What a <see cref="FaultProxy"/> has seen of an operation.</summary>
/// <param name="Received">Calls that came in.</param>
/// <param name="Forwarded">Calls that the service got to see, in whole or in part.</param>
/// <param name="Faulted">Calls that a fault was done to.</param>
/// <param name="EntriesFailed">Entries of batches that were failed instead of forwarded.</param>
public readonly record struct FaultCount(long Received, long Forwarded, long Faulted, long EntriesFailed);
