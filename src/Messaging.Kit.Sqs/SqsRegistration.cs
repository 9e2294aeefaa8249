using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sqs;

/// <summary>What a destination and a source have in common: the options of one registered queue, and whose queue it is.</summary>
/// <param name="OptionsName">The name of its options among the application's.</param>
/// <param name="Configure">What the registration sets on top of them.</param>
internal sealed record SqsRegistration(string OptionsName, Action<SqsTransportOptions>? Configure)
{
    public const string Transport = "aws_sqs";

    public static IEnumerable<string> Validate(string name)
    {
        if (SqsQueue.IsUrl(name) && !Uri.TryCreate(name, UriKind.Absolute, out _))
        {
            yield return $"'{name}' is not the URL of a queue. Write it like https://sqs.eu-west-1.amazonaws.com/123456789012/orders.";
        }
        else if (!SqsQueue.IsValidName(SqsQueue.NameOf(name)))
        {
            yield return $"'{name}' cannot be a queue. {SqsQueue.NameRule}";
        }
    }

    /// <summary>Why a queue cannot be one for what cannot be delivered: it is created and let send to where it is named by name, and only there.</summary>
    public static IEnumerable<string> FaultsOfDeadLetters(string? name)
    {
        if (name is not null && !SqsQueue.IsValidName(name))
        {
            yield return $"RedriveTo is '{name}'. {SqsQueue.NameRule}";
        }
    }

    /// <summary>
    /// A URL is a queue whoever names it. A name is a queue of the endpoint, region or client that the registration sets; whether
    /// it is the same as one of a URL only SQS knows, so the two are held apart: better two senders for a queue than one sender
    /// for two. What feeds a queue is a part of it, for each registration's topology is to be applied.
    /// </summary>
    public string Identify(string name)
    {
        var own = GetOwnOptions();
        if (SqsQueue.IsUrl(name))
        {
            var path = Uri.TryCreate(name, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Path).TrimEnd('/') : name;
            return string.Join(' ', [path, .. own.Feeds.Select(feed => feed.Origin)]);
        }

        var client = own.Client is null ? null : RuntimeHelpers.GetHashCode(own.Client).ToString(CultureInfo.InvariantCulture);
        return string.Join(' ', new[] { client, own.ServiceUrl, own.Region, name }.OfType<string>().Concat(own.Feeds.Select(feed => feed.Origin)));
    }

    /// <summary>
    /// Whether two names may be of one queue: where one is a URL and the other is not, the queue's name decides. A dead-letter queue
    /// of the same name in another account is then to be named by its URL, as the source is.
    /// </summary>
    public static bool MayBe(string name, string other) =>
        SqsQueue.IsUrl(name) == SqsQueue.IsUrl(other)
            ? string.Equals(name.TrimEnd('/'), other.TrimEnd('/'), StringComparison.Ordinal)
            : SqsQueue.NameOf(name) == SqsQueue.NameOf(other);

    /// <summary>What the registration sets, without what the application does.</summary>
    public SqsTransportOptions GetOwnOptions()
    {
        var own = new SqsTransportOptions();
        Configure?.Invoke(own);
        return own;
    }

    public SqsTransportOptions GetOptions(IServiceProvider services) =>
        services.GetRequiredService<IOptionsMonitor<SqsTransportOptions>>().Get(OptionsName);

    public SqsQueue Open(string name, IServiceProvider services) =>
        new(name, services.GetRequiredService<SqsClients>().Get(GetOptions(services), name));

    public async ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken)
    {
        var options = GetOptions(services);
        var deadLetters = PhysicalDeadLetters(options.RedriveTo, services);
        var queue = Open(name, services);
        var differences = (await new SqsTopology(queue, deadLetters, options, Time(services)).ApplyAsync(mode, cancellationToken).ConfigureAwait(false)).ToList();
        foreach (var feed in options.Feeds)
        {
            // What is refused of one is no reason to keep silent about the others, nor about what was found before.
            try
            {
                await feed.ApplyAsync(options.Topology ?? mode, queue, services, differences, cancellationToken).ConfigureAwait(false);
            }
            catch (TransportException exception) when (!exception.IsTransient)
            {
                differences.Add(exception.Message);
            }
        }

        return differences;
    }

    public void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services)
    {
        var options = GetOptions(services);
        var deadLetters = PhysicalDeadLetters(options.RedriveTo, services);
        var queue = new SqsDescription(document, name, options, GetOwnOptions().Topology);
        queue.Describe(use, deadLetters);
        options.Feeds.ForEach(feed => feed.Describe(queue, services));
    }

    public static TimeProvider Time(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;

    public static ILogger<T> Logger<T>(IServiceProvider services) => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;

    /// <summary>The physical name that operators give to a logical one.</summary>
    /// <param name="name">The logical name.</param>
    /// <param name="services">The application's services.</param>
    /// <param name="address">What it is when they give none; the name itself unless given.</param>
    public static string PhysicalNameOf(string name, IServiceProvider services, string? address = null) =>
        services.GetRequiredService<IOptions<MessagingOptions>>().Value.Names.TryGetValue(name, out var physical) ? physical : address ?? name;

    /// <summary>Where what cannot be delivered goes, as the operators name it; <see langword="null"/> for nowhere.</summary>
    /// <param name="redriveTo">What the application calls it.</param>
    /// <param name="services">The application's services.</param>
    public static string? PhysicalDeadLetters(string? redriveTo, IServiceProvider services) => redriveTo is null ? null : PhysicalNameOf(redriveTo, services);
}
