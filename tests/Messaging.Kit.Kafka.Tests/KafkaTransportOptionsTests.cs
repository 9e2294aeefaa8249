using System.Reflection;
using Confluent.Kafka;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Kafka.Tests;

public sealed class KafkaTransportOptionsTests
{
    private const string Local = "localhost:9092";

    [Fact]
    public void Defaults_are_valid_and_as_documented()
    {
        var options = new KafkaTransportOptions { BootstrapServers = "broker:9092" };

        Assert.Empty(Faults(options));
        Assert.True(KafkaClientSettings.UsesTls(options));
        Assert.Equal((KafkaAuthentication.None, KafkaCompression.None, KafkaGroupProtocol.Classic), (options.Authentication, options.Compression, options.GroupProtocol));
        Assert.Equal((TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)), (options.Linger, options.DeliveryTimeout, options.TransactionTimeout));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45)), (options.CommitInterval, options.RevokeTimeout, options.SessionTimeout));
        Assert.Equal((1_000_000, 10_000, 16 * 1024 * 1024L), (options.MaxMessageBytes, options.MaxUncommitted, options.FetchAheadBytes));
        Assert.False(options.StartAtEnd || options.ReadUncommitted || options.AllowPlaintext);
        Assert.Null(options.Topology);
    }

    [Fact]
    public void Limits_are_valid_to_the_client_too()
    {
        AssertTaken(new()
        {
            BootstrapServers = Local,
            Linger = TimeSpan.Zero,
            DeliveryTimeout = TimeSpan.FromSeconds(1),
            TransactionTimeout = TimeSpan.FromSeconds(1),
            CommitInterval = TimeSpan.FromMilliseconds(10),
            RevokeTimeout = TimeSpan.Zero,
            SessionTimeout = TimeSpan.FromSeconds(1),
            MaxMessageBytes = 1_000,
            MaxUncommitted = 1,
            FetchAheadBytes = 1024 * 1024,
            Partitions = 1,
            ReplicationFactor = 1,
            StuckAfter = TimeSpan.FromSeconds(1),
        });
        AssertTaken(new()
        {
            BootstrapServers = Local,
            Linger = TimeSpan.FromSeconds(1),
            DeliveryTimeout = TimeSpan.FromHours(1),
            TransactionTimeout = TimeSpan.FromMinutes(15),
            CommitInterval = TimeSpan.FromMinutes(1),
            RevokeTimeout = TimeSpan.FromMinutes(4),
            SessionTimeout = TimeSpan.FromMinutes(30),
            MaxMessageBytes = 1_000_000_000,
            MaxUncommitted = int.MaxValue,
            FetchAheadBytes = 1024 * 1024 * 1024,
            Partitions = 100_000,
            ReplicationFactor = 100,
            StuckAfter = TimeSpan.FromDays(30),
        });

        static void AssertTaken(KafkaTransportOptions options)
        {
            Assert.Empty(Faults(options));
            new ProducerBuilder<Null, Null>(KafkaClientSettings.ForProducer(options)).SetLogHandler((_, _) => { }).Build().Dispose();
            new ProducerBuilder<Null, Null>(KafkaClientSettings.ForProducer(options, "id")).SetLogHandler((_, _) => { }).Build().Dispose();
            new ConsumerBuilder<Null, Null>(KafkaClientSettings.ForConsumer(options, "topic", "group")).SetLogHandler((_, _) => { }).Build().Dispose();
            options.GroupProtocol = KafkaGroupProtocol.Consumer;
            new ConsumerBuilder<Null, Null>(KafkaClientSettings.ForConsumer(options, "topic", "group")).SetLogHandler((_, _) => { }).Build().Dispose();
        }
    }

    [Fact]
    public void Session_is_kept_by_several_heartbeats()
    {
        var config = KafkaClientSettings.ForConsumer(new() { BootstrapServers = Local, SessionTimeout = TimeSpan.FromSeconds(3) }, "topic", "group");
        Assert.Equal((3_000, 1_000), (config.SessionTimeoutMs, config.HeartbeatIntervalMs));
    }

    [Theory]
    [InlineData("localhost", null)]
    [InlineData("localhost:9092, SASL_SSL://[::1]:9093 ,plaintext://127.0.0.1", null)]
    [InlineData(" , ", "No brokers are named")]
    [InlineData("localhost:port", "'localhost:port'")]
    [InlineData("localhost:99999", "'localhost:99999'")]
    [InlineData("localhost:9092,http://localhost:9093", "'http://localhost:9093'")]
    [InlineData(":9092", "':9092'")]
    public void Brokers_that_the_client_would_leave_out_are_reported(string servers, string? fault)
    {
        var faults = Faults(new() { BootstrapServers = servers, AllowPlaintext = true });
        Assert.Equal(fault is null ? 0 : 1, faults.Count);
        Assert.All(faults, found => Assert.Contains(fault!, found, StringComparison.Ordinal));
    }

    [Fact]
    public void What_leaves_no_time_and_names_that_brokers_refuse_are_reported()
    {
        var faults = Faults(new() { BootstrapServers = Local, Linger = TimeSpan.FromSeconds(1), DeliveryTimeout = TimeSpan.FromSeconds(1), GroupInstanceId = "host 1" });
        Assert.Equal(2, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("shorter than both", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("GroupInstanceId is 'host 1'", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var options = new KafkaTransportOptions
        {
            BootstrapServers = "broker:9092",
            UseTls = false,
            CaLocation = "/no/ca.pem",
            CertificateLocation = "/no/certificate.pem",
            KeyLocation = "/no/key.pem",
            Authentication = KafkaAuthentication.Plain,
            Topology = (TopologyMode)9,
            Linger = TimeSpan.FromSeconds(2),
            DeliveryTimeout = TimeSpan.Zero,
            TransactionTimeout = TimeSpan.FromHours(1),
            CommitInterval = TimeSpan.Zero,
            RevokeTimeout = TimeSpan.FromMinutes(5),
            SessionTimeout = TimeSpan.Zero,
            MaxMessageBytes = 1,
            MaxUncommitted = 0,
            FetchAheadBytes = 1,
            Partitions = 0,
            ReplicationFactor = 0,
        };
        options.ClientSettings["acks"] = "1";
        var faults = Faults(options);

        string[] named =
        [
            "not encrypted", "CaLocation is '/no/ca.pem'", "CertificateLocation is", "KeyLocation is", "needs Username and Password", "Topology", "Linger is 00:00:02. Use", "shorter than both", "DeliveryTimeout is",
            "TransactionTimeout is", "CommitInterval", "RevokeTimeout", "SessionTimeout", "MaxMessageBytes", "MaxUncommitted", "FetchAheadBytes", "Partitions", "ReplicationFactor", "'acks'",
        ];
        Assert.Equal(named.Length, faults.Count);
        Assert.All(named, name => Assert.Contains(faults, fault => fault.Contains(name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(KafkaAuthentication.Plain, "kit", null, "needs Username and Password")]
    [InlineData(KafkaAuthentication.ScramSha256, null, "secret", "needs Username and Password")]
    [InlineData(KafkaAuthentication.ScramSha512, null, null, "needs Username and Password")]
    [InlineData(KafkaAuthentication.OAuthBearer, null, null, "needs a TokenProvider")]
    [InlineData(KafkaAuthentication.None, "kit", "secret", "Username or Password is set")]
    [InlineData((KafkaAuthentication)9, null, null, "Use one of None, Plain, ")]
    [InlineData(KafkaAuthentication.Plain, "kit", "secret", null)]
    public void Authentication_needs_what_it_needs_and_nothing_else(KafkaAuthentication authentication, string? username, string? password, string? fault)
    {
        var faults = Faults(new() { BootstrapServers = Local, Authentication = authentication, Username = username, Password = password });

        Assert.Equal(fault is null ? 0 : 1, faults.Count);
        Assert.All(faults, found => Assert.Contains(fault!, found, StringComparison.Ordinal));
        Assert.All(faults, found => Assert.DoesNotContain("secret", found, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost:9092", null, false, true, false)]
    [InlineData("127.0.0.1:9092,[::1]:9092", null, false, true, false)]
    [InlineData("SASL_SSL://localhost:9092", null, false, true, false)]
    [InlineData("localhost:9092,broker:9092", null, false, true, true)]
    [InlineData("broker:9092", null, false, true, true)]
    [InlineData("broker:9092", false, false, false, false)]
    [InlineData("broker:9092", false, true, true, false)]
    [InlineData("broker:9092", null, true, true, false)]
    [InlineData("broker:9092", true, true, true, true)]
    [InlineData("localhost:9092", true, false, true, true)]
    public void Plain_text_needs_brokers_on_this_machine_or_permission(string servers, bool? useTls, bool allowPlaintext, bool isValid, bool usesTls)
    {
        var options = new KafkaTransportOptions { BootstrapServers = servers, UseTls = useTls, AllowPlaintext = allowPlaintext };

        Assert.Equal(isValid, Faults(options).Count == 0);
        Assert.Equal(usesTls, KafkaClientSettings.UsesTls(options));
    }

    [Theory]
    [InlineData("group.instance.id")]
    [InlineData("transaction.timeout.ms")]
    public void What_an_option_sets_differently_for_each_topic_or_the_kit_reckons_with_is_no_client_setting(string name)
    {
        var options = new KafkaTransportOptions { BootstrapServers = Local };
        options.ClientSettings[name] = "1000";

        Assert.Contains($"'{name}'", Assert.Single(Faults(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client.rak", "a", "No such configuration property")]
    [InlineData("socket.nagle.disable", "perhaps", "socket.nagle.disable")]
    [InlineData("fetch.wait.max.ms", "-7", "fetch.wait.max.ms")]
    [InlineData("client.rack", "euw1-az1", null)]
    [InlineData("security.protocol", "sasl_ssl", null)]
    [InlineData("fetch.wait.max.ms", "100", null)]
    [InlineData("delivery.timeout.ms", "100", null)]
    [InlineData("partition.assignment.strategy", "cooperative-sticky", null)]
    public void What_the_client_does_not_take_is_told_before_it_is_made(string name, string value, string? reason)
    {
        var options = new KafkaTransportOptions { BootstrapServers = Local };
        options.ClientSettings[name] = value;

        var faults = Faults(options);

        Assert.Equal(reason is null ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.Contains($"'{name}', which the client does not take: ", fault, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.Contains(reason!, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Configuration_sets_every_option()
    {
        var options = Configured(new()
        {
            ["BootstrapServers"] = "broker:9092",
            ["UseTls"] = "false",
            ["AllowPlaintext"] = "true",
            ["CaLocation"] = "ca.pem",
            ["CertificateLocation"] = "certificate.pem",
            ["KeyLocation"] = "key.pem",
            ["KeyPassword"] = "sesame",
            ["Authentication"] = "scramsha512",
            ["Username"] = "kit",
            ["Password"] = "secret",
            ["Linger"] = "00:00:00.020",
            ["Compression"] = "Zstd",
            ["DeliveryTimeout"] = "00:00:30",
            ["MaxMessageBytes"] = "2000000",
            ["Group"] = "billing",
            ["GroupInstanceId"] = "billing-1",
            ["GroupProtocol"] = "Consumer",
            ["StartAtEnd"] = "true",
            ["ReplayFrom"] = "2026-11-23T09:00:00Z",
            ["CommitInterval"] = "00:00:02",
            ["MaxUncommitted"] = "500",
            ["RevokeTimeout"] = "00:00:10",
            ["SessionTimeout"] = "00:00:20",
            ["FetchAheadBytes"] = "2097152",
            ["ReadUncommitted"] = "true",
            ["TransactionTimeout"] = "00:00:40",
            ["Topology"] = "create",
            ["Partitions"] = "12",
            ["ReplicationFactor"] = "3",
            ["TopicSettings:cleanup.policy"] = "compact",
            ["ClientSettings:client.rack"] = "euw1-az1",
        });

        Assert.Empty(options.ConfigurationFaults);
        Assert.Equal(("broker:9092", false, true), (options.BootstrapServers, options.UseTls, options.AllowPlaintext));
        Assert.Equal(("ca.pem", "certificate.pem", "key.pem", "sesame"), (options.CaLocation, options.CertificateLocation, options.KeyLocation, options.KeyPassword));
        Assert.Equal((KafkaAuthentication.ScramSha512, "kit", "secret"), (options.Authentication, options.Username, options.Password));
        Assert.Equal((TimeSpan.FromMilliseconds(20), KafkaCompression.Zstd, TimeSpan.FromSeconds(30), 2_000_000), (options.Linger, options.Compression, options.DeliveryTimeout, options.MaxMessageBytes));
        Assert.Equal(("billing", "billing-1", KafkaGroupProtocol.Consumer), (options.Group, options.GroupInstanceId, options.GroupProtocol));
        Assert.Equal((true, new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), true), (options.StartAtEnd, options.ReplayFrom, options.ReadUncommitted));
        Assert.Equal((TimeSpan.FromSeconds(2), 500, TimeSpan.FromSeconds(10)), (options.CommitInterval, options.MaxUncommitted, options.RevokeTimeout));
        Assert.Equal((TimeSpan.FromSeconds(20), 2_097_152L, TimeSpan.FromSeconds(40)), (options.SessionTimeout, options.FetchAheadBytes, options.TransactionTimeout));
        Assert.Equal((TopologyMode.Create, 12, (short)3), (options.Topology, options.Partitions, options.ReplicationFactor));
        Assert.Equal(("compact", "euw1-az1"), (options.TopicSettings["cleanup.policy"], options.ClientSettings["client.rack"]));
    }

    [Fact]
    public void No_option_is_missing_from_the_configuration()
    {
        var options = Configured(new() { ["?"] = "" });
        var known = Assert.Single(options.ConfigurationFaults).Split("Known are: ")[1].TrimEnd('.').Split(", ");

        var all = typeof(KafkaTransportOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
        Assert.Equal(all.Except([nameof(KafkaTransportOptions.TokenProvider)]).Order(StringComparer.Ordinal), known);
    }

    [Fact]
    public void Configuration_that_means_nothing_is_reported()
    {
        var options = Configured(new() { ["DeliveryTimout"] = "00:01:00", ["SessionTimeout"] = "45", ["ReplayFrom"] = "09:00" });

        Assert.Collection(
            options.ConfigurationFaults.Order(StringComparer.Ordinal),
            fault => Assert.StartsWith("Messaging:Kafka:DeliveryTimout means nothing here. Known are: AllowPlaintext, ", fault, StringComparison.Ordinal),
            fault => Assert.Equal("Messaging:Kafka:ReplayFrom is '09:00'; use a point in time such as 2026-11-23T09:00:00Z.", fault),
            fault => Assert.Equal("Messaging:Kafka:SessionTimeout is '45'; use a time such as 00:00:45.", fault));
    }

    [Fact]
    public void Settings_that_cannot_be_read_are_reported_with_their_key()
    {
        var options = Configured(new() { ["Linger"] = "short", ["Partitions"] = "many", ["Topology"] = "7", ["UseTls"] = "yes", ["ClientSettings"] = "?" });
        options.BootstrapServers = Local;

        var faults = Faults(options);

        Assert.Equal(5, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("Messaging:Kafka:Linger is 'short'", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromMilliseconds(5), options.Linger);
    }

    [Fact]
    public void Topic_goes_before_application_and_application_before_configuration()
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Messaging:Kafka:BootstrapServers"] = Local,
            ["Messaging:Kafka:Linger"] = "00:00:00.001",
            ["Messaging:Kafka:MaxUncommitted"] = "1",
            ["Messaging:Kafka:Partitions"] = "1",
        });
        builder.Services.AddKafkaTransport(options => (options.Linger, options.MaxUncommitted) = (TimeSpan.FromMilliseconds(2), 2));
        builder.Services.AddMessaging(kit => kit.Publish<string>("text", to => to.Kafka("topic", options => options.Linger = TimeSpan.FromMilliseconds(3))));
        using var host = builder.Build();

        var all = host.Services.GetRequiredService<IOptionsMonitor<KafkaTransportOptions>>();
        var (own, plain) = (all.Get(OwnName(builder)), all.CurrentValue);
        Assert.Equal((TimeSpan.FromMilliseconds(3), 2, 1), (own.Linger, own.MaxUncommitted, own.Partitions));
        Assert.Equal((TimeSpan.FromMilliseconds(2), 2, 1), (plain.Linger, plain.MaxUncommitted, plain.Partitions));

        static string OwnName(HostApplicationBuilder builder) => builder.Services
            .Select(service => (service.ImplementationInstance as PostConfigureOptions<KafkaTransportOptions>)?.Name)
            .Single(name => name?.StartsWith("'topic'", StringComparison.Ordinal) == true)!;
    }

    [Fact]
    public void Registrations_that_write_differently_have_senders_of_their_own_and_are_one_topic()
    {
        var builder = new HostApplicationBuilder();
        var topics = new List<TransportDestination>();
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<string>("text", to => Keep(to.Kafka("topic")));
            kit.Publish<int>("number", to => Keep(to.Kafka("topic", options => options.Partitions = 3)));
            kit.Publish<long>("large", to => Keep(to.Kafka("topic", options => options.Compression = KafkaCompression.Zstd)));
        });

        Assert.Equal(["topic", "topic", "topic"], topics.Select(topic => topic.Identify("topic")));
        Assert.Equal(topics[0].IdentifySender("topic"), topics[1].IdentifySender("topic"));
        Assert.NotEqual(topics[0].IdentifySender("topic"), topics[2].IdentifySender("topic"));
        Assert.Equal([true, false, false], topics.Select(topic => topic.Declaration is null));

        TransportDestination Keep(TransportDestination topic)
        {
            topics.Add(topic);
            return topic;
        }
    }

    [Fact]
    public async Task Host_does_not_start_with_faults_and_reports_those_of_all_topics()
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration["Messaging:Kafka:CommitInterval"] = "often";
        builder.Configuration["Messaging:Kafka:BootstrapServers"] = Local;
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<string>("text", to => to.Kafka("one", options => options.Linger = TimeSpan.FromHours(1)));
            kit.Consume(from => from.Kafka("two", options => options.MaxUncommitted = 0)).Handle<string>("text", (_, _, _) => default);
        });
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        var text = string.Join('\n', exception.InnerExceptions.Select(inner => Assert.IsType<OptionsValidationException>(inner).Message));
        Assert.Contains("'one'", text, StringComparison.Ordinal);
        Assert.Contains("Linger is 01:00:00", text, StringComparison.Ordinal);
        Assert.Contains("'two'", text, StringComparison.Ordinal);
        Assert.Contains("MaxUncommitted is 0", text, StringComparison.Ordinal);
        Assert.Contains("Messaging:Kafka:CommitInterval is 'often'", text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Faults(KafkaTransportOptions options) => [.. new KafkaTransportOptionsValidator().Validate(null, options).Failures ?? []];

    private static KafkaTransportOptions Configured(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Messaging:Kafka:" + pair.Key, pair.Value))).Build();
        var options = new KafkaTransportOptions();
        new KafkaConfiguration(configuration).Configure(null, options);
        return options;
    }
}
