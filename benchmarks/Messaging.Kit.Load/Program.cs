using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Load;

var messages = int.Parse(args[0]);
var size = int.Parse(args[1]);
var rounds = args.Length > 2 ? int.Parse(args[2]) : 3;
var only = args.Length > 3 ? args[3] : "";
var servers = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? throw new InvalidOperationException("Set KAFKA_BOOTSTRAP_SERVERS.");
var payloads = Enumerable.Range(0, 10_000).Select(i => new Payload(i, $"key-{i % 1_000:000}", new string('x', Math.Max(1, size - 45)))).ToList();
using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
if (only == "kitconsume")
{
    Console.WriteLine($"consume  kit          {await KafkaKit.ConsumeAsync("load-fixed", messages)}");
    return;
}
if (only == "bare") { Console.WriteLine($"bare {await Bare.ConsumeAsync("load-fixed", messages)}"); return; }
if (only == "twin") { Console.WriteLine($"twin {await KafkaTwin.ConsumeAsync(servers, "load-fixed", messages, true)}"); return; }
if (only == "kitpublish")
{
    Console.WriteLine($"publish  kit          {await KafkaKit.PublishAsync("load-fixed", messages, payloads)}");
    return;
}

for (var round = 0; round < rounds; round++)
{
    var topic = $"load-{Guid.NewGuid():N}";
    await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 6, ReplicationFactor = 1 }]);
    await Task.Delay(500);
    if (only is "" or "publish")
    {
        Console.WriteLine($"publish  raw defaults {await KafkaTwin.PublishAsync(servers, topic, messages, payloads, false)}");
        Console.WriteLine($"publish  raw tuned    {await KafkaTwin.PublishAsync(servers, topic, messages, payloads, true)}");
    }
    Console.WriteLine($"publish  kit          {await KafkaKit.PublishAsync(topic, messages, payloads)}");
    if (only is "" or "consume")
    {
        Console.WriteLine($"consume  raw defaults {await KafkaTwin.ConsumeAsync(servers, topic, messages, false)}");
        Console.WriteLine($"consume  raw tuned    {await KafkaTwin.ConsumeAsync(servers, topic, messages, true)}");
        Console.WriteLine($"consume  kit          {await KafkaKit.ConsumeAsync(topic, messages)}");
    }
    await admin.DeleteTopicsAsync([topic]);
}
