using Messaging.Kit.Publishing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Hosting;

/// <summary>
/// Brings together what the code says and what operators say, and checks the whole of it: every fault is found at once, when the
/// application starts.
/// </summary>
internal sealed class MessagingSettings(MessagingRegistrations registrations, IConfiguration? configuration = null)
    : IConfigureOptions<MessagingOptions>, IValidateOptions<MessagingOptions>
{
    private const string Root = "Messaging";

    private readonly List<string> _faults = [];

    public IConfiguration? SectionOf(ConsumeBuilder consumer) => configuration?.GetSection($"{Root}:Consumers:{consumer.Name}");

    public void Configure(MessagingOptions options)
    {
        registrations.Configure?.Invoke(options);
        if (configuration is null)
        {
            return;
        }

        var reader = new SettingsReader(configuration.GetSection(Root), _faults);
        reader.Time("ShutdownTimeout", value => options.ShutdownTimeout = value);
        reader.Choice<TopologyMode>("Topology", value => options.Topology = value);
        reader.Texts("Names", (logical, physical) => ReadName(logical, physical, options));
        reader.Section("Sending", sending => ReadSending(sending, options.Sending));
        reader.Section("Consumers", ReadConsumers);

        // The sections of transports, such as Messaging:Sqs, are theirs to read; single values are all the kit's own.
        reader.ReportUnknown(child => child.Value is not null);
    }

    public ValidateOptionsResult Validate(string? name, MessagingOptions options)
    {
        var faults = _faults.Concat(options.Sending.Validate($"{Root}:Sending"))
            .Concat(options.ShutdownTimeout > TimeSpan.Zero && options.ShutdownTimeout <= TimeSpan.FromDays(1)
                ? []
                : [$"{Root}:ShutdownTimeout is {options.ShutdownTimeout}; use more than zero, at most a day."])
            .Concat(ValidateRoutes(options))
            .Concat(registrations.Consumers.SelectMany(consumer => ValidateConsumer(consumer, options)))
            .Concat(Duplicates(registrations.Consumers.Select(consumer => consumer.Name))
                .Select(twice => $"Two consumers are called '{twice}'. Give one of them a name of its own with Named(...)."))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void ReadName(string logical, string physical, MessagingOptions options)
    {
        if (!string.IsNullOrWhiteSpace(physical))
        {
            options.Names[logical] = physical;
        }
    }

    private static void ReadSending(SettingsReader reader, SendingOptions options)
    {
        reader.Number<int>(nameof(options.MaxConcurrentCalls), value => options.MaxConcurrentCalls = value);
        reader.Number<int>(nameof(options.MaxWaiting), value => options.MaxWaiting = value);
        reader.Number<long>(nameof(options.MaxWaitingBytes), value => options.MaxWaitingBytes = value);
        reader.Number<int>(nameof(options.MaxAttempts), value => options.MaxAttempts = value);
        reader.Time(nameof(options.RetryDelay), value => options.RetryDelay = value);
        reader.Time(nameof(options.MaxRetryDelay), value => options.MaxRetryDelay = value);
    }

    private void ReadConsumers(SettingsReader reader)
    {
        foreach (var consumer in registrations.Consumers)
        {
            reader.Section(consumer.Name, settings => ReadConsumer(settings, consumer));
        }
    }

    private static void ReadConsumer(SettingsReader reader, ConsumeBuilder consumer)
    {
        var options = consumer.Options;
        reader.Number<int>(nameof(options.Concurrency), value => options.Concurrency = value);
        reader.Number<int>(nameof(options.Prefetch), value => options.Prefetch = value);
        reader.Number<long>(nameof(options.PrefetchBytes), value => options.PrefetchBytes = value);
        reader.Number<int>(nameof(options.Receivers), value => options.Receivers = value);
        foreach (var step in consumer.Steps)
        {
            step.ReadSettings?.Invoke(reader);
        }
    }

    private IEnumerable<string> ValidateRoutes(MessagingOptions options)
    {
        foreach (var twice in Duplicates(registrations.Routes.Select(route => route.MessageType)))
        {
            yield return $"{twice} is published in two ways. A type goes one way; to reach several queues, publish it to a topic.";
        }

        foreach (var missing in registrations.RequiredRoutes.Except(registrations.Routes.Select(route => route.MessageType)))
        {
            yield return $"{missing} is required to be routed and is not. Say where it goes: kit.Publish<{missing.Name}>(\"its.name\", to => ...).";
        }

        foreach (var route in registrations.Routes)
        {
            var speaker = $"Publish<{route.MessageType.Name}>(\"{route.Type}\")";
            foreach (var fault in route.Destination.Validate(options.PhysicalNameOf(route.Destination))
                .Concat(route.Validate(registrations.Serializer) is { } unserializable ? [unserializable] : [])
                .Concat(route.Steps.SelectMany(step => step.Validate?.Invoke(speaker) ?? [])))
            {
                yield return fault;
            }
        }
    }

    private IEnumerable<string> ValidateConsumer(ConsumeBuilder consumer, MessagingOptions options)
    {
        var speaker = $"Consumer '{consumer.Name}'";
        var faults = consumer.Options.Validate($"{Root}:Consumers:{consumer.Name}")
            .Concat(consumer.Sources.SelectMany(source => source.Validate(options.PhysicalNameOf(source))))
            .Concat(consumer.Steps.SelectMany(step => step.Validate?.Invoke(speaker) ?? []))
            .Concat(consumer.Handlers.Select(handler => handler.Validate(registrations.Serializer)).OfType<string>())
            .Concat(Duplicates(consumer.Handlers.Where(handler => handler.When is null).Select(handler => handler.Type))
                .Select(type => $"{speaker} has two handlers for '{type}'. One handler handles a message; give the others a pattern, or for a second reaction consume from a queue of its own."));
        foreach (var fault in faults)
        {
            yield return fault;
        }

        if (consumer.Handlers.Count == 0 && consumer.RawHandler is null)
        {
            yield return $"{speaker} has no handlers. Add Handle<TMessage, THandler>(\"its.type\").";
        }

        if (consumer.RawHandler is not null && consumer.IgnoresOtherTypes)
        {
            yield return $"{speaker} both ignores messages of other types and handles them raw. Leave out IgnoreOtherTypes or HandleRaw.";
        }

        if (consumer.AssumedType is { } type && consumer.Handlers.All(handler => handler.Type != type))
        {
            yield return $"{speaker} takes messages without a type for '{type}', which it does not handle.";
        }

        foreach (var destination in consumer.Steps.SelectMany(step => step.Destinations?.Invoke() ?? []))
        {
            var name = options.PhysicalNameOf(destination);
            foreach (var fault in destination.Validate(name))
            {
                yield return fault;
            }

            if (destination.MayBe(name, consumer.Source, options.PhysicalNameOf(consumer.Source)))
            {
                yield return $"{speaker} dead-letters to {destination}, which is its own source or leads to it: its messages would go round for ever. Name another destination.";
            }
        }
    }

    private static IEnumerable<T> Duplicates<T>(IEnumerable<T> items) => items.GroupBy(item => item).Where(group => group.Count() > 1).Select(group => group.Key);
}
