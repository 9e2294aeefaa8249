using Messaging.Kit.Serialization;

namespace Messaging.Kit.Hosting;

/// <summary>All that was said in <c>AddMessaging</c>.</summary>
internal sealed class MessagingRegistrations
{
    public List<PublishRegistration> Routes { get; } = [];

    public List<ConsumeBuilder> Consumers { get; } = [];

    public HashSet<Type> RequiredRoutes { get; } = [];

    public IMessageSerializer Serializer { get; set; } = new JsonMessageSerializer();

    public string? Source { get; set; }

    public Action<MessagingOptions>? Configure { get; set; }
}
