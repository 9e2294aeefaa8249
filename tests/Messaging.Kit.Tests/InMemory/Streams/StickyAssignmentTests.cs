using Messaging.Kit.InMemory.Streams;

namespace Messaging.Kit.Tests.InMemory.Streams;

public sealed class StickyAssignmentTests
{
    [Fact]
    public void Without_members_nobody_has_anything() => Assert.Equal([-1, -1], StickyAssignment.Assign([-1, -1], 0));

    [Fact]
    public void First_member_gets_all() => Assert.Equal([0, 0, 0], StickyAssignment.Assign([-1, -1, -1], 1));

    [Fact]
    public void Who_joins_gets_an_even_part_and_nothing_else_moves() => Assert.Equal([0, 0, 1, 1], StickyAssignment.Assign([0, 0, 0, 0], 2));

    [Fact]
    public void Who_has_most_keeps_one_more() => Assert.Equal([1, 1, 1, 0, 0], StickyAssignment.Assign([1, 1, 1, 0, 0], 2));

    [Fact]
    public void What_nobody_has_goes_to_those_who_have_least() => Assert.Equal([0, 0, 1, 1], StickyAssignment.Assign([0, -1, -1, 1], 2));

    [Fact]
    public void Spare_member_gets_nothing() => Assert.Equal([0, 1], StickyAssignment.Assign([0, 1], 3));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_assignment_is_even_complete_and_moves_least(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var members = random.Next(1, 8);
            var owners = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(-1, members)).ToArray();
            var assigned = StickyAssignment.Assign(owners, members);
            var counts = Enumerable.Range(0, members).Select(member => assigned.Count(owner => owner == member)).ToArray();
            Assert.True(counts.Max() - counts.Min() <= 1);
            Assert.All(assigned, owner => Assert.InRange(owner, 0, members - 1));

            // A member that gives something up has a full share afterwards.
            var least = owners.Length / members;
            Assert.All(Enumerable.Range(0, owners.Length).Where(i => owners[i] >= 0 && owners[i] != assigned[i]), i => Assert.True(counts[owners[i]] >= least));
            Assert.Equal(assigned, StickyAssignment.Assign(assigned, members));
        }
    }
}
