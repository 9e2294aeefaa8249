using Messaging.Kit.Aws.Topology;

namespace Messaging.Kit.Aws.Tests.Topology;

public sealed class LogicalIdTests
{
    [Theory]
    [InlineData("OrdersQueue", "orders")]
    [InlineData("ProdOrdersDlqQueue", "prod-orders-dlq")]
    [InlineData("OrdersFifoQueue", "orders.fifo")]
    [InlineData("OrdersToShippingQueue", "orders", "shipping")]
    public void Names_can_be_read_in_it(string id, params string[] names) => Assert.Equal(id, LogicalId.Of("Queue", names));

    [Fact]
    public void No_two_are_the_same_and_all_are_letters_and_digits()
    {
        string[][] all =
        [
            ["orders-dlq"], ["orders_dlq"], ["ordersDlq"], ["OrdersDlq"], ["orders--dlq"], ["orders-dlq-"],
            ["orders-fifo"], ["orders.fifo"],
            ["a-b", "c"], ["a", "b-c"], ["a-to-b"], ["a", "b"], ["a-to-b", "c"], ["a", "b-to-c"],
            ["a-2"], ["a2"], ["---"], ["___"],
            [new string('a', 250)], [new string('a', 251)],
        ];

        var ids = all.Select(names => LogicalId.Of("Queue", names)).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[A-Za-z0-9]{1,255}$", id));
    }

    [Fact]
    public void It_is_the_same_each_time() => Assert.Equal(LogicalId.Of("Queue", "orders_dlq"), LogicalId.Of("Queue", "orders_dlq"));
}
