using Messaging.Kit.Testing;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>
/// The endpoints to test with: those of <see cref="BrokerEndpoints.AwsVariable"/>, each under its name; without it, the one that AWS's
/// own clients know, under the name that it turns out to have.
/// </summary>
internal static class AwsEndpoints
{
    /// <summary>The name of an endpoint that is none of the emulators: AWS itself, or one that nobody here knows.</summary>
    public const string Aws = "aws";

    private static readonly string[] ConventionalVariables = ["AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"];

    private static readonly Lazy<Task<(string Name, Uri Url)?>> Conventional = new(FindConventionalAsync);

    /// <summary>Where an endpoint is, or <see langword="null"/>.</summary>
    public static async Task<Uri?> FindAsync(string name)
    {
        if (BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, name) is { } told)
        {
            return told;
        }

        return await Conventional.Value is { } found && found.Name == name ? found.Url : null;
    }

    private static async Task<(string Name, Uri Url)?> FindConventionalAsync()
    {
        var variable = ConventionalVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => value is { Length: > 0 });
        if (variable is null || Environment.GetEnvironmentVariable(BrokerEndpoints.AwsVariable) is { Length: > 0 })
        {
            return null;
        }

        var url = new Uri(variable);
        return (await NameAsync(url), url);
    }

    // Each gives itself away in another manner.
    private static async Task<string> NameAsync(Uri url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var health = await http.GetAsync(new Uri(url, "/_ministack/health"));
            if (health.IsSuccessStatusCode)
            {
                return "ministack";
            }

            using var root = await http.GetAsync(url);
            return string.Join(' ', root.Headers.SelectMany(header => header.Value)) switch
            {
                var headers when headers.Contains("pekko", StringComparison.Ordinal) => "elasticmq",
                var headers when headers.Contains("Werkzeug", StringComparison.Ordinal) => "moto",
                var headers when headers.Contains("fauxqs", StringComparison.Ordinal) => "fauxqs",
                _ => Aws,
            };
        }
        catch (HttpRequestException)
        {
            return Aws; // whose harness then says that it does not answer
        }
    }
}
