using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace Messaging.Kit.Aws;

/// <summary>What the URL of an endpoint says, and whether it may be used.</summary>
internal static class AwsEndpoint
{
    /// <summary>Why an endpoint may not be used, or <see langword="null"/> when it may.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="allowInsecureHttp">Whether plain <c>http</c> to another machine is accepted.</param>
    /// <param name="host">How AWS calls the service in its hosts, such as <c>sqs</c>.</param>
    public static string? FaultOf(string url, bool allowInsecureHttp, string host)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            return $"The endpoint '{url}' is not a URL. Write it like https://{host}.eu-west-1.amazonaws.com.";
        }

        return uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback && !allowInsecureHttp
            ? $"The endpoint '{url}' is not encrypted. Use https, or set AllowInsecureHttp when it is an emulator on a network you trust."
            : null;
    }

    /// <summary>
    /// The region that a host of AWS names, or <see langword="null"/>: <c>sqs.eu-west-1.amazonaws.com</c>, and its FIPS, dual-stack
    /// and VPC forms, in every partition.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="host">How AWS calls the service in its hosts, such as <c>sqs</c>.</param>
    public static string? RegionOf(string url, string host)
    {
        var labels = LabelsOf(url);
        var service = Array.FindIndex(labels, label => label.StartsWith(host, StringComparison.Ordinal) && label[host.Length..] is "" or "-fips");
        return service < 0 ? null : RegionAt(labels, service + 1);
    }

    /// <summary>The region that stands at a place in a host, or <see langword="null"/> where the rest is not the domain of a region's partition.</summary>
    /// <param name="labels">The labels of the host.</param>
    /// <param name="place">The place.</param>
    public static string? RegionAt(string[] labels, int place)
    {
        if (place >= labels.Length)
        {
            return null;
        }

        var rest = labels[(place + 1)..];
        var domain = string.Join('.', rest is ["vpce" or "queue", ..] ? rest[1..] : rest);
        var partition = Fn.Partition(labels[place]);
        return domain == partition.dnsSuffix || domain == partition.dualStackDnsSuffix ? labels[place] : null;
    }

    /// <summary>The region of an ARN, or <see langword="null"/> where it is none or names none.</summary>
    public static string? RegionOfArn(string name) =>
        name.Split(':') is ["arn", _, _, { Length: > 0 } region, ..] ? region : null;

    /// <summary>The labels of the host of a URL; none where it is no URL.</summary>
    public static string[] LabelsOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host.Split('.') : [];

    /// <summary>What is wrong with how a service is to be reached.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasClient">Whether they have a client as well.</param>
    /// <param name="host">How AWS calls the service in its hosts, such as <c>sqs</c>.</param>
    public static IEnumerable<string> FaultsOf(IAwsConnectionOptions options, bool hasClient, string host)
    {
        if (options.ServiceUrl is not null && FaultOf(options.ServiceUrl, options.AllowInsecureHttp, host) is { } endpoint)
        {
            yield return endpoint;
        }

        if (hasClient && (options.ServiceUrl is not null || options.Region is not null))
        {
            yield return "Client is set together with ServiceUrl or Region. A client that is handed in has its own: set one or the other.";
        }

        if (options.Region is not null && string.IsNullOrWhiteSpace(options.Region))
        {
            yield return "Region is blank. Name one such as eu-west-1, or leave it out.";
        }

        if (options.ConnectTimeout < TimeSpan.FromMilliseconds(100) || options.ConnectTimeout > TimeSpan.FromMinutes(1))
        {
            yield return $"ConnectTimeout is {options.ConnectTimeout}. Use 100 ms to 1 minute.";
        }
    }
}
