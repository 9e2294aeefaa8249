using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The door to the kit.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="Messaging.Kit.IMessageBus"/> and the consumers, which start and stop with the host. May be called several
    /// times; what is said adds up.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says where messages go, where they come from, and what they pass on the way.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMessaging(this IServiceCollection services, Action<MessagingBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new MessagingBuilder(services, RegistrationsOf(services)));
        return services;
    }

    /// <summary>
    /// Adds two health checks: <c>messaging-live</c> (tag <c>live</c>) fails when a consumer is not at work, <c>messaging-ready</c>
    /// (tag <c>ready</c>) while a source does not answer or a destination refuses.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddMessaging(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .Add(new HealthCheckRegistration("messaging-live", services => new MessagingHealthCheck(services.GetRequiredService<MessagingRuntime>(), forReadiness: false), null, ["live"]))
            .Add(new HealthCheckRegistration("messaging-ready", services => new MessagingHealthCheck(services.GetRequiredService<MessagingRuntime>(), forReadiness: true), null, ["ready"]));
    }

    private static MessagingRegistrations RegistrationsOf(IServiceCollection services)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(MessagingRegistrations))?.ImplementationInstance is MessagingRegistrations known)
        {
            return known;
        }

        var registrations = new MessagingRegistrations();
        services.AddSingleton(registrations);
        services.AddLogging();
        services.AddOptions<MessagingOptions>().ValidateOnStart();
        services.AddSingleton(provider => new MessagingSettings(registrations, provider.GetService<IConfiguration>()));
        services.AddSingleton<IConfigureOptions<MessagingOptions>>(provider => provider.GetRequiredService<MessagingSettings>());
        services.AddSingleton<IValidateOptions<MessagingOptions>>(provider => provider.GetRequiredService<MessagingSettings>());
        services.TryAddSingleton(provider => new MessagingEndpoints(registrations, provider.GetRequiredService<IOptions<MessagingOptions>>().Value));
        services.TryAddSingleton<MessageObservers>();
        services.TryAddSingleton<MessagingRuntime>();
        services.TryAddSingleton<Messaging.Kit.IMessageBus>(provider => provider.GetRequiredService<MessagingRuntime>().Bus);
        services.TryAddSingleton(provider => provider.GetRequiredService<MessagingRuntime>().Consumers);
        services.AddSingleton<IHostedService, MessagingHostedService>();
        return registrations;
    }
}
