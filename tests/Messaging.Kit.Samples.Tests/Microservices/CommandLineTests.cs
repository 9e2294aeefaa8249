namespace Messaging.Kit.Samples.Tests.Microservices;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--mesages 5", "'--mesages' means nothing here")]
    [InlineData("--messages", "--messages needs a value")]
    [InlineData("--messages 0", "--messages is '0'; use a whole number from 1 to")]
    [InlineData("--declined 101", "--declined is '101'; use a percentage")]
    [InlineData("--declined 60 --sold-out 60", "more than 100 percent")]
    [InlineData("--transport sqs", "--transport is 'sqs'; use inmemory or aws")]
    [InlineData("--service billing", "--service is 'billing'; use all or order or inventory or payment or shipping or notification")]
    [InlineData("--service payment --ledger x", "--service needs --transport aws")]
    [InlineData("--transport aws --service payment", "give all of them the same --ledger")]
    [InlineData("--endpoint http://127.0.0.1:4566", "add --transport aws")]
    [InlineData("--ledger /no/such/folder/books", "use a folder, in one that exists")]
    [InlineData("--name a.b", "use 1 to 60 letters, digits")]
    [InlineData("--service order,inventory", "--service is 'order,inventory'; use all or order")]
    [InlineData("--declined -Infinity", "--declined is '-Infinity'; use a percentage")]
    [InlineData("--summary /proc/summary.json", "--summary is '/proc/summary.json'; use a file")]
    [InlineData("--ledger /proc/books", "--ledger is '/proc/books'; use a folder")]
    public async Task What_makes_no_sense_is_said_and_exits_with_2(string arguments, string text)
    {
        using var process = SampleProcess.Start("02-event-driven-microservices/EventDrivenMicroservices", arguments);
        Assert.Equal(2, await process.WaitAsync());
        Assert.Contains(text, process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_options()
    {
        using var process = SampleProcess.Start("02-event-driven-microservices/EventDrivenMicroservices", "--help");
        Assert.Equal(0, await process.WaitAsync());
        Assert.All(
            (string[])["--transport", "--endpoint", "--service", "--messages", "--declined", "--ledger", "--summary"],
            option => Assert.Contains(option, process.Output, StringComparison.Ordinal));
    }
}
