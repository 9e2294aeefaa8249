using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sns;

/// <summary>What makes a destination: the options of one registered topic, and whose topic it is.</summary>
/// <param name="OptionsName">The name of its options among the application's.</param>
/// <param name="Configure">What the registration sets on top of them.</param>
internal sealed record SnsRegistration(string OptionsName, Action<SnsTransportOptions>? Configure)
{
    public const string Transport = "aws.sns";

    public static IEnumerable<string> Validate(string name)
    {
        if (SnsTopic.IsArn(name) && name.Split(':') is not ["arn", { Length: > 0 }, "sns", { Length: > 0 }, { Length: > 0 }, { Length: > 0 }])
        {
            yield return $"'{name}' is not the ARN of a topic. Write it like arn:aws:sns:eu-west-1:123456789012:orders.";
        }
        else if (!SnsTopic.IsValidName(SnsTopic.NameOf(name)))
        {
            yield return $"'{name}' cannot be a topic. {SnsTopic.NameRule}";
        }
    }

    /// <summary>An ARN is a topic whoever names it. A name is a topic of the endpoint, region, account or client that the registration sets.</summary>
    public string Identify(string name)
    {
        var own = GetOwnOptions();
        var client = own.Client is null ? null : RuntimeHelpers.GetHashCode(own.Client).ToString(CultureInfo.InvariantCulture);
        string?[] parts = SnsTopic.IsArn(name) ? [name] : [client, own.ServiceUrl, own.Region, own.AccountId, name];
        return string.Join(' ', parts.OfType<string>());
    }

    /// <summary>Registrations with subjects of their own have senders of their own.</summary>
    public string IdentifySender(string name) => $"{Identify(name)} {GetOwnOptions().Subject}";

    /// <summary>What the registration sets, without what the application does.</summary>
    public SnsTransportOptions GetOwnOptions()
    {
        var own = new SnsTransportOptions();
        Configure?.Invoke(own);
        return own;
    }

    public SnsTransportOptions GetOptions(IServiceProvider services) =>
        services.GetRequiredService<IOptionsMonitor<SnsTransportOptions>>().Get(OptionsName);

    public SnsTopic Open(string name, IServiceProvider services) => services.GetRequiredService<SnsClients>().Open(GetOptions(services), name);

    public void Describe(TopologyDocument document, string name, IServiceProvider services)
    {
        var options = GetOptions(services);
        var topic = new SnsDescription(document, name, options, GetOwnOptions().Topology, SnsClients.IsHandedIn(options, services));
        topic.Describe();
        topic.AllowPublishing();
        if ((options.Topology ?? document.Mode) != TopologyMode.None)
        {
            topic.AllowReading();
        }
    }

    public static ILogger<T> Logger<T>(IServiceProvider services) => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;
}
