using System.Runtime.CompilerServices;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>The words <c>to</c> and <c>from</c>, which only the kit's own hosting can say.</summary>
internal static class Builders
{
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern DestinationBuilder To(IServiceCollection services);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern SourceBuilder From(IServiceCollection services);
}
