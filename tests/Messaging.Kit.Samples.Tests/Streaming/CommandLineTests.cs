namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class CommandLineTests
{
    private const string Sample = "03-high-throughput-streaming/HighThroughputStreaming";

    [Theory]
    [InlineData("--mesages 5", "'--mesages' means nothing here")]
    [InlineData("--messages 0", "--messages is '0'; use a whole number from 1 to")]
    [InlineData("--late 101", "--late is '101'; use a percentage")]
    [InlineData("--late 60 --poison 60", "more than 100 percent")]
    [InlineData("--transport sqs", "--transport is 'sqs'; use inmemory or kafka")]
    [InlineData("--partitioning country", "use device or site or salted or none")]
    [InlineData("--skew 9", "--skew is '9'; use a number from 0 to 3")]
    [InlineData("--transport kafka --endpoint http://127.0.0.1:9092", "use an address such as 127.0.0.1:9092")]
    [InlineData("--endpoint 127.0.0.1:9092", "add --transport kafka")]
    [InlineData("--role aggregator --ledger x", "need --transport kafka")]
    [InlineData("--transport kafka --endpoint 127.0.0.1:9092 --role aggregator", "give both the same --ledger")]
    [InlineData("--compare --ledger x", "leave out --ledger and --name")]
    [InlineData("--summary /no/such/folder/summary.json", "use a file in a folder that exists")]
    [InlineData("--name a/b", "use 1 to 100 letters, digits")]
    public async Task What_makes_no_sense_is_said_and_exits_with_2(string arguments, string text)
    {
        using var process = SampleProcess.Start(Sample, arguments);
        Assert.Equal(2, await process.WaitAsync());
        Assert.Contains(text, process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_options()
    {
        using var process = SampleProcess.Start(Sample, "--help");
        Assert.Equal(0, await process.WaitAsync());
        Assert.All((string[])["--transport", "--endpoint", "--messages", "--partitioning", "--skew", "--late", "--role", "--ledger", "--summary", "--compare"], option => Assert.Contains(option, process.Output, StringComparison.Ordinal));
    }
}
