using System.Collections.ObjectModel;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>
/// What a transport gives to be tested by the conformance suite: a way to open a channel. One harness describes one transport
/// over one broker; it is made once for each suite and needs a constructor without parameters.
/// </summary>
public abstract class TransportHarness : IAsyncLifetime
{
    /// <summary>Set to <c>true</c> where every broker has to be there, such as in CI: then a missing one is a failure, not a skip.</summary>
    public const string RequireBrokersVariable = "MESSAGING_KIT_REQUIRE_BROKERS";

    /// <summary>Why no test can run, such as a broker that does not answer; <see langword="null"/> when they can.</summary>
    public string? SkipReason { get; private set; }

    /// <summary>
    /// What the broker behind this harness is known to do differently from the service that it stands for: the name of the
    /// test, and the evidence. Such a test is reported as skipped with that text. Not for faults of a transport.
    /// </summary>
    /// <example><code>[nameof(LeaseConformance&lt;ElasticMq&gt;.A_renewed_lease_holds_its_message)] = "ElasticMQ 1.7.1 ..."</code></example>
    public virtual IReadOnlyDictionary<string, string> Deviations => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// How long a test waits for what should be there at once before it calls it missing. Well below the lease of
    /// <see cref="ChannelOptions.Lease"/>, for else a stranded message could not be told from a slow one.
    /// </summary>
    public virtual TimeSpan Patience => TimeSpan.FromSeconds(15);

    /// <summary>Most receive calls that the bus tests have under way at once; 4, as consumers have by default. 1 for a broker that gives a message to two of them.</summary>
    public virtual int ConcurrentReceives => 4;

    /// <summary>Opens a channel that no other test has ever used: a queue or topic of its own, under a name of its own, and empty.</summary>
    /// <param name="options">What the test needs of it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The channel; the suite disposes of it.</returns>
    public abstract ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken);

    /// <summary>Whether this broker may be missing even where every broker has to be there, such as a service that needs an account. No, unless overridden.</summary>
    protected virtual bool IsOptional => false;

    /// <summary>Gets ready, once, before any channel is opened: finds the broker. Does nothing unless overridden.</summary>
    /// <returns><see langword="null"/> when all is ready, otherwise why no test can run.</returns>
    protected virtual ValueTask<string?> StartAsync() => default;

    /// <summary>Cleans up, once, after the last channel has been closed. Does nothing unless overridden.</summary>
    /// <returns>A task for the work.</returns>
    protected virtual ValueTask StopAsync() => default;

    /// <summary>For xunit. Not to be replaced: override <see cref="StartAsync"/>.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask InitializeAsync()
    {
        SkipReason = await StartAsync();
        if (SkipReason is not null && !IsOptional && Environment.GetEnvironmentVariable(RequireBrokersVariable) == "true")
        {
            throw new InvalidOperationException($"{RequireBrokersVariable} is set, and {GetType().Name} cannot run: {SkipReason}");
        }
    }

    /// <summary>For xunit. Not to be replaced: override <see cref="StopAsync"/>.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }
}
