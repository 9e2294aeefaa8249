namespace Messaging.Kit.Aws.Tests;

/// <summary>How a service is reached, as the options of a transport say it.</summary>
internal sealed record Options : IAwsConnectionOptions
{
    public string? ServiceUrl { get; init; }

    public string? Region { get; init; }

    public bool AllowInsecureHttp { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
