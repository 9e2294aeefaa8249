namespace Messaging.Kit.InMemory.Streams;

/// <summary>Says which member of a group has which partition: evenly, and with as few moves as that takes.</summary>
internal static class StickyAssignment
{
    /// <summary>Assigns partitions to members.</summary>
    /// <param name="owners">The member that has each partition now, by its index; -1 for none.</param>
    /// <param name="members">How many members there are.</param>
    /// <returns>The member that shall have each partition; -1 for none, when there are no members.</returns>
    public static int[] Assign(ReadOnlySpan<int> owners, int members)
    {
        var assigned = new int[owners.Length];
        assigned.AsSpan().Fill(-1);
        if (members == 0)
        {
            return assigned;
        }

        var room = Shares(owners, members);
        for (var partition = 0; partition < owners.Length; partition++)
        {
            if (owners[partition] is var owner and >= 0 && room[owner] > 0)
            {
                assigned[partition] = owner;
                room[owner]--;
            }
        }

        var next = 0;
        for (var partition = 0; partition < owners.Length; partition++)
        {
            if (assigned[partition] < 0)
            {
                while (room[next] == 0)
                {
                    next++;
                }

                assigned[partition] = next;
                room[next]--;
            }
        }

        return assigned;
    }

    // Where partitions cannot be divided evenly, those members get one more that have most: it moves least.
    private static int[] Shares(ReadOnlySpan<int> owners, int members)
    {
        var counts = new int[members];
        foreach (var owner in owners)
        {
            if (owner >= 0)
            {
                counts[owner]++;
            }
        }

        var (least, rest) = Math.DivRem(owners.Length, members);
        var shares = new int[members];
        foreach (var member in Enumerable.Range(0, members).OrderByDescending(member => counts[member]))
        {
            shares[member] = least + (rest-- > 0 ? 1 : 0);
        }

        return shares;
    }
}
