using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsTransportOptionsTests
{
    [Fact]
    public void Defaults_are_valid_and_as_documented()
    {
        var options = new SqsTransportOptions();

        Assert.Empty(Faults(options));
        Assert.Equal(TimeSpan.FromSeconds(10), options.WaitTime);
        Assert.Equal(TimeSpan.FromSeconds(30), options.VisibilityTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), options.ConnectTimeout);
        Assert.Equal(10, options.MaxReceiveCount);
        Assert.Null(options.Topology);
    }

    [Fact]
    public void Limits_of_the_service_are_valid()
    {
        Assert.Empty(Faults(new()
        {
            WaitTime = TimeSpan.Zero,
            VisibilityTimeout = TimeSpan.FromSeconds(1),
            ConnectTimeout = TimeSpan.FromMilliseconds(100),
            Retention = TimeSpan.FromMinutes(1),
            Delay = TimeSpan.Zero,
            MaxReceiveCount = 1,
        }));
        Assert.Empty(Faults(new()
        {
            WaitTime = TimeSpan.FromSeconds(20),
            VisibilityTimeout = TimeSpan.FromHours(12),
            ConnectTimeout = TimeSpan.FromMinutes(1),
            Retention = TimeSpan.FromDays(14),
            Delay = TimeSpan.FromMinutes(15),
            MaxReceiveCount = 1000,
            RedriveTo = "dead.fifo",
        }));
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        using var sqs = new FakeSqs();
        var faults = Faults(new()
        {
            Client = sqs.Client,
            ServiceUrl = "nonsense",
            Region = " ",
            ConnectTimeout = TimeSpan.Zero,
            WaitTime = TimeSpan.FromSeconds(21),
            VisibilityTimeout = TimeSpan.FromSeconds(1.5),
            Topology = (TopologyMode)9,
            RedriveTo = "no dead letters",
            MaxReceiveCount = 0,
            Retention = TimeSpan.FromDays(15),
            Delay = TimeSpan.FromMinutes(16),
            KmsKeyId = "",
        });

        string[] named = ["nonsense", "Client", "Region is blank", "ConnectTimeout", "WaitTime", "VisibilityTimeout", "Topology", "RedriveTo", "MaxReceiveCount", "Retention", "Delay", "KmsKeyId"];
        Assert.Equal(named.Length, faults.Count);
        Assert.All(named, name => Assert.Contains(faults, fault => fault.Contains(name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("https://sqs.eu-west-1.amazonaws.com", false, true)]
    [InlineData("https://emulator:9324", false, true)]
    [InlineData("http://localhost:9324", false, true)]
    [InlineData("http://127.0.0.1:9324", false, true)]
    [InlineData("http://[::1]:9324", false, true)]
    [InlineData("http://emulator:9324", false, false)]
    [InlineData("http://emulator:9324", true, true)]
    [InlineData("http://10.0.0.1", false, false)]
    [InlineData("ftp://localhost", true, false)]
    [InlineData("localhost:9324", true, false)]
    [InlineData("", true, false)]
    public void Plain_http_needs_a_host_that_is_this_machine_or_permission(string url, bool allowInsecureHttp, bool isValid) =>
        Assert.Equal(isValid, Faults(new() { ServiceUrl = url, AllowInsecureHttp = allowInsecureHttp }).Count == 0);

    [Fact]
    public void Configuration_sets_every_option()
    {
        var options = Configured(new()
        {
            ["ServiceUrl"] = "http://emulator:9324",
            ["Region"] = "eu-west-1",
            ["AllowInsecureHttp"] = "true",
            ["ConnectTimeout"] = "00:00:02",
            ["WaitTime"] = "00:00:20",
            ["VisibilityTimeout"] = "00:01:00",
            ["Topology"] = "validate",
            ["RedriveTo"] = "dead",
            ["MaxReceiveCount"] = "3",
            ["Retention"] = "7.00:00:00",
            ["Delay"] = "00:00:01",
            ["HighThroughputFifo"] = "True",
            ["KmsKeyId"] = "alias/mine",
        });

        Assert.Equal(("http://emulator:9324", "eu-west-1", true), (options.ServiceUrl, options.Region, options.AllowInsecureHttp));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1)), (options.ConnectTimeout, options.WaitTime, options.VisibilityTimeout));
        Assert.Equal((TopologyMode.Validate, "dead", 3), (options.Topology, options.RedriveTo, options.MaxReceiveCount));
        Assert.Equal((TimeSpan.FromDays(7), TimeSpan.FromSeconds(1)), (options.Retention, options.Delay));
        Assert.Equal((true, "alias/mine"), (options.HighThroughputFifo, options.KmsKeyId));
        Assert.Empty(options.ConfigurationFaults);
    }

    [Fact]
    public void Configuration_that_means_nothing_is_reported()
    {
        var options = Configured(new() { ["VisibilityTimout"] = "00:01:00", ["Retention"] = "4" });

        Assert.Collection(
            options.ConfigurationFaults.Order(StringComparer.Ordinal),
            fault => Assert.Equal("Messaging:Sqs:Retention is '4'; use a time such as 4.00:00:00.", fault),
            fault => Assert.StartsWith("Messaging:Sqs:VisibilityTimout means nothing here. Known are: AllowInsecureHttp, ", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_that_cannot_be_read_are_reported_with_their_key()
    {
        var options = Configured(new() { ["WaitTime"] = "long", ["MaxReceiveCount"] = "many", ["Topology"] = "7", ["AllowInsecureHttp"] = "yes", ["Delay"] = "?" });

        var faults = Faults(options);

        Assert.Equal(5, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("Messaging:Sqs:WaitTime is 'long'", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromSeconds(10), options.WaitTime);
    }

    [Fact]
    public void Queue_goes_before_application_and_application_before_configuration()
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Messaging:Sqs:WaitTime"] = "00:00:01",
            ["Messaging:Sqs:MaxReceiveCount"] = "1",
            ["Messaging:Sqs:VisibilityTimeout"] = "00:00:01",
        });
        var own = Builders.From(builder.Services).Sqs("orders", options => options.WaitTime = TimeSpan.FromSeconds(3));
        var plain = Builders.From(builder.Services).Sqs("orders");
        builder.Services.AddSqsTransport(options => (options.WaitTime, options.MaxReceiveCount) = (TimeSpan.FromSeconds(2), 2));
        using var host = builder.Build();

        Assert.Equal((TimeSpan.FromSeconds(3), 2, TimeSpan.FromSeconds(1)), Values(own, host));
        Assert.Equal((TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(1)), Values(plain, host));

        static (TimeSpan WaitTime, int MaxReceiveCount, TimeSpan VisibilityTimeout) Values(TransportSource source, IHost host)
        {
            var options = ((SqsSource)source).Registration.GetOptions(host.Services);
            return (options.WaitTime, options.MaxReceiveCount, options.VisibilityTimeout);
        }
    }

    [Fact]
    public async Task Host_does_not_start_with_faults_and_reports_those_of_all_queues()
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration["Messaging:Sqs:WaitTime"] = "long";
        Builders.To(builder.Services).Sqs("one", options => options.Delay = TimeSpan.FromHours(1));
        Builders.From(builder.Services).Sqs("two", options => options.VisibilityTimeout = TimeSpan.Zero);
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        var text = string.Join('\n', exception.InnerExceptions.Select(inner => Assert.IsType<OptionsValidationException>(inner).Message));
        Assert.Contains("'one'", text, StringComparison.Ordinal);
        Assert.Contains("Delay is 01:00:00", text, StringComparison.Ordinal);
        Assert.Contains("'two'", text, StringComparison.Ordinal);
        Assert.Contains("VisibilityTimeout is 00:00:00", text, StringComparison.Ordinal);
        Assert.Contains("Messaging:Sqs:WaitTime is 'long'", text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Faults(SqsTransportOptions options) => [.. new SqsTransportOptionsValidator().Validate(null, options).Failures ?? []];

    private static SqsTransportOptions Configured(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Messaging:Sqs:" + pair.Key, pair.Value))).Build();
        var options = new SqsTransportOptions();
        new SqsConfiguration(configuration).Configure(null, options);
        return options;
    }
}
