using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>A mock cluster for one test, of one broker unless told otherwise, whose brokers can be switched off and on.</summary>
internal sealed class ControlledCluster : IDisposable
{
    private readonly IProducer<Null, Null> _owner;
    private readonly IntPtr _library;
    private readonly IntPtr _cluster;

    public ControlledCluster(int brokers = 1)
    {
        var config = new ProducerConfig { BootstrapServers = "unused" };
        config.Set("test.mock.num.brokers", brokers.ToString(CultureInfo.InvariantCulture));
        _owner = new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).Build();
        var module = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().First(module => module.ModuleName.Contains("librdkafka", StringComparison.Ordinal));
        _library = NativeLibrary.Load(module.FileName);
        var client = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(_owner.Handle)!;
        _cluster = Function<ClusterOf>("rd_kafka_handle_mock_cluster")(client.DangerousGetHandle());
        using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
        BootstrapServers = string.Join(',', admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
    }

    private delegate IntPtr ClusterOf(IntPtr client);

    private delegate int Switch(IntPtr cluster, int broker);

    private delegate int CreateTopic(IntPtr cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicas);

    private delegate int SetCoordinator(IntPtr cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string type, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int broker);

    public string BootstrapServers { get; }

    public void Create(string topic) => Assert.Equal(0, Function<CreateTopic>("rd_kafka_mock_topic_create")(_cluster, topic, 1, 1));

    /// <summary>Names the broker that a group asks.</summary>
    public void Coordinate(string group, int broker) => Assert.Equal(0, Function<SetCoordinator>("rd_kafka_mock_coordinator_set")(_cluster, "group", group, broker));

    /// <summary>Cuts all connections of a broker, and takes no new ones.</summary>
    public void SwitchOff(int broker = 1) => Assert.Equal(0, Function<Switch>("rd_kafka_mock_broker_set_down")(_cluster, broker));

    public void SwitchOn(int broker = 1) => Assert.Equal(0, Function<Switch>("rd_kafka_mock_broker_set_up")(_cluster, broker));

    public void Dispose()
    {
        _owner.Dispose();
        NativeLibrary.Free(_library);
    }

    private TDelegate Function<TDelegate>(string name)
        where TDelegate : Delegate => Marshal.GetDelegateForFunctionPointer<TDelegate>(NativeLibrary.GetExport(_library, name));
}
