using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge;

/// <summary>What makes a destination: the options of one registered bus, and whose bus it is.</summary>
/// <param name="OptionsName">The name of its options among the application's.</param>
/// <param name="Configure">What the registration sets on top of them.</param>
internal sealed record EventBridgeRegistration(string OptionsName, Action<EventBridgeTransportOptions>? Configure)
{
    public const string Transport = "aws.eventbridge";

    public static IEnumerable<string> Validate(string name)
    {
        if (EventBridgeConnection.IsArn(name) && !(name.Split(':') is ["arn", { Length: > 0 }, "events", { Length: > 0 }, { Length: > 0 }, var bus] && bus.StartsWith("event-bus/", StringComparison.Ordinal)))
        {
            yield return $"'{name}' is not the ARN of a bus. Write it like arn:aws:events:eu-west-1:123456789012:event-bus/shop.";
        }
        else if (!EventBridgeConnection.IsValidName(EventBridgeConnection.NameOf(name)))
        {
            yield return $"'{name}' cannot be a bus. {EventBridgeConnection.NameRule}";
        }
    }

    /// <summary>An ARN is a bus whoever names it. A name is a bus of the endpoint, region or client that the registration sets.</summary>
    public string Identify(string name)
    {
        var own = GetOwnOptions();
        var client = own.Client is null ? null : RuntimeHelpers.GetHashCode(own.Client).ToString(CultureInfo.InvariantCulture);
        string?[] parts = EventBridgeConnection.IsArn(name) ? [name] : [client, own.ServiceUrl, own.Region, name];
        return string.Join(' ', parts.OfType<string>());
    }

    /// <summary>Registrations with resources of their own have senders of their own.</summary>
    public string IdentifySender(string name) => string.Join(' ', GetOwnOptions().Resources.Prepend(Identify(name)));

    /// <summary>What the registration sets, without what the application does.</summary>
    public EventBridgeTransportOptions GetOwnOptions()
    {
        var own = new EventBridgeTransportOptions();
        Configure?.Invoke(own);
        return own;
    }

    public EventBridgeTransportOptions GetOptions(IServiceProvider services) =>
        services.GetRequiredService<IOptionsMonitor<EventBridgeTransportOptions>>().Get(OptionsName);

    public EventBridgeConnection Open(string name, IServiceProvider services) => services.GetRequiredService<EventBridgeClients>().Open(GetOptions(services), name);

    public void Describe(TopologyDocument document, string name, IServiceProvider services)
    {
        var options = GetOptions(services);
        var bus = new EventBridgeDescription(document, name, options, GetOwnOptions().Topology);
        bus.Describe();
        bus.AllowPublishing();
        if ((options.Topology ?? document.Mode) != TopologyMode.None)
        {
            bus.AllowReading();
        }
    }

    public static ILogger<T> Logger<T>(IServiceProvider services) => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;
}
