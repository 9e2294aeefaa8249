using Amazon.Runtime;
using Messaging.Kit.Aws;
using Messaging.Kit.Benchmarks.Stubs;

namespace Messaging.Kit.Load.Transports;

/// <summary>How AWS, an emulator or the stub is reached: the same way for the kit and for its twins.</summary>
internal sealed class AwsConnection
{
    /// <summary>What <c>--endpoint</c> says for AWS itself.</summary>
    public const string Aws = "aws";

    private const string EmulatorsVariable = "MESSAGING_KIT_AWS_ENDPOINTS";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly StubAws? _stub;
    private readonly TimeSpan _latency;

    /// <param name="options">What the command line says.</param>
    /// <param name="emulator">The emulator that is good for the service, by its name in the environment.</param>
    /// <param name="variables">Where the environment may name the endpoint, the first one that does.</param>
    public AwsConnection(Options options, string emulator, params string[] variables)
    {
        (_stub, _latency) = (options.IsStub ? new StubAws(options.StubLatency) : null, options.StubLatency);
        Url = options.IsStub ? StubAws.Url : options.Endpoint ?? Array.Find([.. variables.Select(Environment.GetEnvironmentVariable)], url => !string.IsNullOrEmpty(url)) ?? Emulator(emulator);
        if (Url is null)
        {
            throw new EndpointException(
                $"""
                Where is {options.Transport}? Set {variables[0]}, or one of these:
                  --stub               answers in this process: the kit's own limit, without a network
                  --endpoint URL       an emulator, such as http://127.0.0.1:4566 ('docker compose -f samples/compose.yaml up -d' gets you one)
                  --endpoint {Aws}       AWS itself, by the credentials and the region of the environment; its calls cost money
                """);
        }

        if (Url != Aws && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")))
        {
            // Emulators take any credentials, but the SDK wants some.
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        }
    }

    public string? Url { get; }

    public bool IsStub => _stub is not null;

    public string Description => !IsStub ? Url == Aws ? "AWS" : Url!
        : _latency > TimeSpan.Zero ? $"stubbed HTTP that takes {_latency.TotalMilliseconds:N0} ms, in this process"
        : "stubbed HTTP, in this process";

    /// <summary>What the kit's options name as the endpoint: nothing for AWS itself, whose own conventions count, and for the stub, whose client is handed in.</summary>
    public string? ServiceUrl => Url == Aws || IsStub ? null : Url;

    /// <summary>A client with the settings of the kit's own: no retries below those who call, and time limits.</summary>
    public T Connect<T>()
        where T : class, IAmazonService
    {
        if (_stub is not null)
        {
            return _stub.Connect<T>();
        }

        var config = T.CreateDefaultClientConfig();
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.Timeout = CallTimeout;
        config.HttpClientFactory = new AwsHttpClientFactory();
        if (ServiceUrl is { } url)
        {
            config.ServiceURL = url;
            config.AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
        }

        return (T)T.CreateDefaultServiceClient(null, config);
    }

    private static string? Emulator(string name) => (Environment.GetEnvironmentVariable(EmulatorsVariable) ?? "").Split(';')
        .FirstOrDefault(entry => entry.StartsWith($"{name}=", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..];
}
