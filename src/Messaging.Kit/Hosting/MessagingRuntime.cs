using System.Collections.Frozen;
using System.Runtime.ExceptionServices;
using Messaging.Kit.Consuming;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Telemetry;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Publishing;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Hosting;

/// <summary>The bus as it runs: channels, routes and consumers, built once from the registrations, started and stopped together.</summary>
internal sealed partial class MessagingRuntime : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly MessagingRegistrations _registrations;
    private readonly MessagingEndpoints _endpoints;
    private readonly MessagingSettings _settings;
    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly MessageObservers _observers;
    private readonly string _source;
    private readonly Dictionary<(string Transport, string Identity), SendChannel> _channels = [];

    public MessagingRuntime(
        IServiceProvider services,
        MessagingRegistrations registrations,
        MessagingEndpoints endpoints,
        MessagingSettings settings,
        IOptions<MessagingOptions> options,
        ILoggerFactory loggers,
        MessageObservers observers)
    {
        (_services, _registrations, _settings, _options, _loggers) = (services, registrations, settings, options.Value, loggers);
        (_endpoints, _observers, _logger) = (endpoints, observers, new QuietLogger(loggers.CreateLogger<MessagingRuntime>()));
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _source = registrations.Source ?? $"/{services.GetService<IHostEnvironment>()?.ApplicationName ?? AppDomain.CurrentDomain.FriendlyName}";
        Bus = new MessageBus(registrations.Routes.ToFrozenDictionary(route => route.MessageType, route => route.Build(this)), _time);
        Consumers = new MessageConsumers([.. registrations.Consumers.SelectMany(BuildConsumers)]);
    }

    public MessageBus Bus { get; }

    public MessageConsumers Consumers { get; }

    public IEnumerable<SendChannel> Channels => _channels.Values;

    public PublishRoute BuildRoute<TMessage>(PublishBuilder<TMessage> registration, Func<TMessage, string?>? keyOf)
        where TMessage : notnull
    {
        var channel = ChannelFor(registration.Destination);
        var environment = new RuntimeEnvironment(_services, registration.Destination.Name, channel.Features, null, ChannelFor);
        List<IMessageMiddleware<PublishContext>> middleware =
            [new PublishTelemetryMiddleware(), .. registration.Steps.Select(step => step.Create(environment))];
        var pipeline = MessagePipeline.Compose(middleware, context => channel.SendAsync((Publication)context));
        var isDirect = registration.Steps.Count == 0;
        return new PublishRoute<TMessage>(registration.Type, _source, keyOf, MessageCodec<TMessage>.For(_registrations.Serializer), pipeline, isDirect, channel, _observers, _time);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ApplyTopologyAsync(cancellationToken).ConfigureAwait(false);
        foreach (var consumer in Consumers.All)
        {
            consumer.Start();
        }
    }

    /// <summary>Stops the consumers. The bus stays open until the services are disposed: others that stop later may still publish.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await Task.WhenAll(Consumers.All.Select(consumer => consumer.StopAsync(deadline.Token))).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Consumers.All.Select(consumer => consumer.DisposeAsync().AsTask())).ConfigureAwait(false);

        // For what is on its way out and nobody waits for.
        using var patience = new CancellationTokenSource(SendPatience, _time);
        await Task.WhenAll(Channels.Select(channel => channel.StopAsync(patience.Token))).ConfigureAwait(false);
        foreach (var channel in Channels)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For containers that are disposed without await; waits as long as <see cref="DisposeAsync"/> does.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private IEnumerable<MessageConsumer> BuildConsumers(ConsumeBuilder registration) =>
    [
        BuildConsumer(registration, registration.Name, registration.Source),
        .. registration.FurtherSources.Select(source => BuildConsumer(registration, source.Name, source)),
    ];

    private MessageConsumer BuildConsumer(ConsumeBuilder registration, string name, TransportSource source)
    {
        var receiver = source.CreateReceiver(_options.PhysicalNameOf(source), _services);
        var environment = new RuntimeEnvironment(_services, registration.Name, receiver.Features, _settings.SectionOf(registration), ChannelFor);
        var last = new HandlerStep(registration.Handlers, registration.RawHandler, registration.AssumedType, registration.IgnoresOtherTypes, _registrations.Serializer, _observers);

        List<IMessageMiddleware<ConsumeContext>> middleware =
            [new ConsumeTelemetryMiddleware(_time), .. registration.Steps.Select(step => step.Create(environment))];
        return new MessageConsumer(
            name,
            source,
            receiver,
            MessagePipeline.Compose(middleware, last.HandleAsync),
            registration.Options,
            _options.Sending.ToBatcherOptions(),
            _services.GetRequiredService<IServiceScopeFactory>(),
            _observers,
            _time,
            new QuietLogger(_loggers.CreateLogger<MessageConsumer>()));
    }

    private SendChannel ChannelFor(TransportDestination destination)
    {
        var name = _options.PhysicalNameOf(destination);
        var identity = (destination.Transport, destination.IdentifySender(name));
        if (!_channels.TryGetValue(identity, out var channel))
        {
            channel = new SendChannel(destination, destination.CreateSender(name, _services), _options.Sending, _time, new QuietLogger(_loggers.CreateLogger<SendChannel>()));
            _channels.Add(identity, channel);
        }

        return channel;
    }

    private async Task ApplyTopologyAsync(CancellationToken cancellationToken)
    {
        List<string> differences = [];
        List<TransportException> refusals = [];
        foreach (var registered in InOrder())
        {
            if (registered.Endpoint is ITopology topology)
            {
                try
                {
                    differences.AddRange(await ApplyTopologyAsync(topology, registered, cancellationToken).ConfigureAwait(false));
                }
                catch (TransportException exception) when (!exception.IsTransient)
                {
                    // What there is to say of the others is said as well, not one thing more at each start.
                    refusals.Add(exception);
                }
            }
        }

        if (differences.Count == 0 && refusals is [var refusal])
        {
            ExceptionDispatchInfo.Throw(refusal);
        }

        if (differences.Count + refusals.Count > 0)
        {
            throw new MessagingException(
                $"The topology is not as registered:{Environment.NewLine}- {string.Join($"{Environment.NewLine}- ", differences.Concat(refusals.Select(exception => exception.Message)))}",
                refusals.FirstOrDefault());
        }
    }

    // What is only published to comes first: a source that is fed by it would make it without what is said of it there. Of what is named more than
    // once, the source knows most; others count where they say something, and go before one that says nothing.
    private IEnumerable<RegisteredEndpoint> InOrder()
    {
        var places = _endpoints.GroupBy(IdentityOf).ToLookup(place => place.First().Use == EndpointUse.Publish);
        return places[true].Concat(places[false]).SelectMany(place => place
            .Where((registered, i) => i == 0 || registered.Endpoint.Declaration is not null)
            .DistinctBy(registered => registered.Endpoint.Declaration)
            .OrderBy(registered => registered.Endpoint.Declaration is null));

        static (string, string) IdentityOf(RegisteredEndpoint registered) => (registered.Endpoint.Transport, registered.Endpoint.Identify(registered.PhysicalName));
    }

    // A broker that is busy for a moment is no reason not to start: as many attempts as a message has.
    private async ValueTask<IReadOnlyList<string>> ApplyTopologyAsync(ITopology topology, RegisteredEndpoint registered, CancellationToken cancellationToken)
    {
        var patience = _options.Sending.ToBatcherOptions();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await topology.ApplyAsync(_options.Topology, registered.PhysicalName, _services, cancellationToken).ConfigureAwait(false);
            }
            catch (TransportException exception) when (exception.IsTransient && attempt < patience.MaxAttempts)
            {
                LogTopologyRetry(_logger, registered.Endpoint, exception.Message, attempt, patience.MaxAttempts);
                await Task.Delay(patience.DelayAfter(attempt, exception.Kind == FailureKind.Throttled), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} cannot be looked at, so nothing starts yet: {Reason} This was attempt {Attempt} of {Attempts}.")]
    private static partial void LogTopologyRetry(ILogger logger, TransportEndpoint endpoint, string reason, int attempt, int attempts);
}
