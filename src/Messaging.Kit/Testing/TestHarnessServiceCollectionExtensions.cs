using Messaging.Kit.Diagnostics;
using Messaging.Kit.Testing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the test harness.</summary>
public static class TestHarnessServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="MessagingTestHarness"/> that sees all that happens to messages in these services.</summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMessagingTestHarness(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<MessagingTestHarness>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMessageObserver, MessagingTestHarness>(provider => provider.GetRequiredService<MessagingTestHarness>()));
        return services;
    }
}
