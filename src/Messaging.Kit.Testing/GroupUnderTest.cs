using System.Diagnostics;
using Messaging.Kit.Messages;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>A group whose members receive and ack on and on, and what the suite does with it.</summary>
internal sealed class GroupUnderTest(TransportChannel channel, string name, TimeSpan patience, CancellationToken token)
{
    private const int MessagesPerPartition = 16;

    private readonly List<GroupMember> _members = [];
    private int _sent;

    /// <summary>Is told of each message that a member receives, before it is acked; by several at once.</summary>
    public Action<ReceivedEnvelope> OnReceived { get; init; } = _ => { };

    /// <summary>Is told of each message whose ack has succeeded; by several at once.</summary>
    public Action<ReceivedEnvelope> OnAcked { get; init; } = _ => { };

    public GroupMember Join()
    {
        var member = new GroupMember(channel.CreateReceiver(name), OnReceived, OnAcked, token);
        _members.Add(member);
        return member;
    }

    public async Task LeaveAsync(GroupMember member)
    {
        _members.Remove(member);
        await member.LeaveAsync();
    }

    public async Task LeaveUnackedAsync(GroupMember member)
    {
        _members.Remove(member);
        await member.LeaveUnackedAsync();
    }

    public async Task LeaveAsync() => await Task.WhenAll(_members.ToArray().Select(LeaveAsync));

    /// <summary>Sends messages to all partitions until each came once, and so many members got some: then nothing moves any more.</summary>
    /// <returns>What each member got of the last messages.</returns>
    public async Task<Dictionary<GroupMember, ReceivedEnvelope[]>> SettleAsync(int active)
    {
        var elapsed = Stopwatch.StartNew();
        while (true)
        {
            var shares = await ShareAsync();
            if (shares.Count(share => share.Value.Length > 0) == active && shares.Sum(share => share.Value.Length) == channel.Partitions * MessagesPerPartition)
            {
                return shares;
            }

            Assert.True(
                elapsed.Elapsed < patience * 3,
                $"{active} of {_members.Count} members should share {channel.Partitions} partitions, and after {elapsed.Elapsed.TotalSeconds:0.0} s they got {string.Join(", ", shares.Values.Select(share => share.Length))} of {channel.Partitions * MessagesPerPartition} messages.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, token);
        }
    }

    /// <summary>Waits until something is so, and fails when it is not in time, or when a member fails.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var elapsed = Stopwatch.StartNew();
        while (!condition())
        {
            foreach (var member in _members.Where(member => member.HasEnded))
            {
                // Only a failure ends a member that has not been told to leave.
                await member.LeaveAsync();
                Assert.Fail("A member of the group has ended.");
            }

            Assert.True(elapsed.Elapsed < patience * 2, $"{what} should have happened within {patience * 2}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, token);
        }
    }

    private async Task<Dictionary<GroupMember, ReceivedEnvelope[]>> ShareAsync()
    {
        // Each has a key of its own: so many reach every partition.
        var count = channel.Partitions * MessagesPerPartition;
        var sent = Sample.Numbered(_sent..(_sent += count));
        var ids = sent.Select(envelope => envelope.Id).ToHashSet();
        await channel.Sender.SendAllAsync(sent, token);
        await UntilAsync(() => Shares(ids).Values.SelectMany(share => share).DistinctBy(envelope => envelope.Id).Count() == count, $"The arrival of {count} messages");
        return Shares(ids);
    }

    private Dictionary<GroupMember, ReceivedEnvelope[]> Shares(HashSet<string> ids) =>
        _members.ToDictionary(member => member, member => member.Received.Where(envelope => ids.Contains(envelope.Id)).ToArray());
}
