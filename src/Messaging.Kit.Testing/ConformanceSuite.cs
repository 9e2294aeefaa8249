using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>
/// A part of what every transport has to do. A transport runs it by deriving one class from each suite:
/// <c>public sealed class SqsSettlement : SettlementConformance&lt;SqsHarness&gt;;</c>
/// </summary>
/// <remarks>
/// A test whose feature the transport does not claim is skipped, with the feature's name; what is claimed has to hold. Each
/// test has a channel of its own, so suites run side by side.
/// </remarks>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class ConformanceSuite<THarness> : IClassFixture<THarness>, IAsyncLifetime
    where THarness : TransportHarness, new()
{
    /// <summary>Set to <c>true</c> to run also the tests that <see cref="TransportHarness.Deviations"/> excuses: to see whether a newer broker still does what they say.</summary>
    public const string RunDeviationsVariable = "MESSAGING_KIT_RUN_DEVIATIONS";

    private readonly List<TransportChannel> _channels = [];

    /// <summary>The transport, over one broker.</summary>
    protected THarness Harness { get; private set; } = null!;

    /// <summary>Ends the test.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>For xunit. Not to be replaced.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask InitializeAsync()
    {
        ConformanceCompleteness.RequireIn(GetType().Assembly);
        Harness = await TestContext.Current.GetFixture<THarness>()
            ?? throw new InvalidOperationException($"xunit made no {typeof(THarness).Name}.");
        Assert.SkipWhen(Harness.SkipReason is not null, Harness.SkipReason ?? "");
        var name = TestContext.Current.TestMethod?.MethodName ?? "";
        if (Environment.GetEnvironmentVariable(RunDeviationsVariable) != "true" && Harness.Deviations.TryGetValue(name, out var evidence))
        {
            Assert.Skip(evidence);
        }
    }

    /// <summary>For xunit. Not to be replaced.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            await channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, CancellationToken.None);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a channel for the running test, closed when the test is over.</summary>
    /// <param name="options">What the test needs of it; nothing special unless given.</param>
    /// <returns>The channel.</returns>
    protected async Task<TransportChannel> OpenAsync(ChannelOptions? options = null)
    {
        var channel = await Harness.OpenAsync(options ?? new ChannelOptions(), Token)
            ?? throw new InvalidOperationException($"{typeof(THarness).Name} opened no channel.");
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Skips the running test unless the channel's sender claims a feature.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="feature">The feature.</param>
    protected static void SenderNeeds(TransportChannel channel, TransportFeatures feature)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Assert.SkipUnless(channel.Sender.Features.HasFlag(feature), $"The sender does not claim {nameof(TransportFeatures)}.{feature}.");
    }

    /// <summary>Skips the running test unless a receiver claims a feature.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="feature">The feature.</param>
    protected static void ReceiverNeeds(ITransportReceiver receiver, TransportFeatures feature)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        Assert.SkipUnless(receiver.Features.HasFlag(feature), $"The receiver does not claim {nameof(TransportFeatures)}.{feature}.");
    }

    /// <summary>Sends messages in as few calls as the limits allow, one by one where the sender asks for it, and fails when one is not accepted.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="envelopes">The messages.</param>
    /// <returns>A task for the calls.</returns>
    protected static Task SendAsync(TransportChannel channel, params IReadOnlyList<Envelope> envelopes)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Sender.SendAllAsync(envelopes, Token);
    }

    /// <summary>For tests of the suite itself, which run its behaviours one by one over transports that are broken on purpose.</summary>
    internal void Use(THarness harness) => Harness = harness;

    private protected Consumer Consume(TransportChannel channel) => new(channel, channel.CreateReceiver(), Harness.Patience, Token);
}
