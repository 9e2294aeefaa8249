namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--mesages 5", "'--mesages' means nothing here")]
    [InlineData("5", "'5' means nothing here")]
    [InlineData("--messages", "--messages needs a value")]
    [InlineData("--messages 0", "--messages is '0'; use a whole number from 1 to")]
    [InlineData("--messages=many", "--messages is 'many'; use a whole number")]
    [InlineData("--poison 101", "--poison is '101'; use a percentage")]
    [InlineData("--poison 60 --flaky 60", "more than 100 percent")]
    [InlineData("--transport kafka", "--transport is 'kafka'; use inmemory or sqs")]
    [InlineData("--queue 1", "--queue is '1'; use standard or fifo or both")]
    [InlineData("--transport sqs --endpoint 127.0.0.1:9324", "use an address such as http://127.0.0.1:9324")]
    [InlineData("--endpoint http://127.0.0.1:9324", "add --transport sqs")]
    [InlineData("--role worker --ledger x", "need --transport sqs")]
    [InlineData("--transport sqs --role worker", "give both the same --ledger")]
    [InlineData("--summary /no/such/folder/summary.json", "use a file in a folder that exists")]
    [InlineData("--queue-prefix a.b", "use 1 to 60 letters, digits")]
    public async Task What_makes_no_sense_is_said_and_exits_with_2(string arguments, string text)
    {
        using var process = SampleProcess.Start("01-message-queue/MessageQueue", arguments);
        Assert.Equal(2, await process.WaitAsync());
        Assert.Contains(text, process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_options()
    {
        using var process = SampleProcess.Start("01-message-queue/MessageQueue", "--help");
        Assert.Equal(0, await process.WaitAsync());
        Assert.All((string[])["--transport", "--endpoint", "--messages", "--poison", "--slow", "--role", "--ledger", "--summary"], option => Assert.Contains(option, process.Output, StringComparison.Ordinal));
    }
}
