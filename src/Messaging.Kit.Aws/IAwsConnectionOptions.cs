namespace Messaging.Kit.Aws;

/// <summary>The part of a transport's options that says how its service is reached. Each transport documents them for its users.</summary>
internal interface IAwsConnectionOptions
{
    string? ServiceUrl { get; }

    string? Region { get; }

    bool AllowInsecureHttp { get; }

    TimeSpan ConnectTimeout { get; }
}
