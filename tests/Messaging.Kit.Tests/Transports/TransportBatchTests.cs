using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Transports;

public sealed class TransportBatchTests
{
    [Fact]
    public void Entries_are_marked_one_by_one_and_counted_once()
    {
        var batch = new TransportBatch<string>("a", "b", "c");
        var (first, second) = (new InvalidOperationException("first"), new InvalidOperationException("second"));
        batch.Fail(1, first);
        batch.Fail(1, second);
        Assert.Equal((3, 1), (batch.Count, batch.FailedCount));
        Assert.Equal([null, second, null], Enumerable.Range(0, 3).Select(batch.FailureOf));
    }

    [Fact]
    public void Emptied_tray_has_nothing_left_of_its_last_use()
    {
        var batch = new TransportBatch<string>(2);
        batch.Add("a");
        batch.Fail(0, new InvalidOperationException());
        batch.Clear();
        Assert.Equal((0, 0), (batch.Count, batch.FailedCount));
        batch.Add("b");
        Assert.Null(batch.FailureOf(0));
        Assert.Equal("b", batch[0]);
    }

    [Fact]
    public void What_is_not_there_cannot_be_asked_for()
    {
        var batch = new TransportBatch<string>(5);
        batch.Add("a");
        Assert.Throws<IndexOutOfRangeException>(() => batch[1]);
        Assert.Throws<IndexOutOfRangeException>(() => batch.FailureOf(1));
        Assert.Throws<IndexOutOfRangeException>(() => batch.Fail(1, new InvalidOperationException()));
        Assert.Throws<ArgumentNullException>(() => batch.Fail(0, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransportBatch<string>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransportBatch<string>());
    }
}
