using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace Messaging.Kit.Aws;

/// <summary>
/// Where a service is: the rules that AWS publishes for SNS and EventBridge, which are nearly the same. The names of the parameters are
/// AWS's too.
/// </summary>
/// <param name="host">How AWS calls the service in its hosts.</param>
internal sealed class AwsEndpointProvider(string host) : IEndpointProvider
{
    public const string Region = "Region";
    public const string UseDualStack = "UseDualStack";
    public const string UseFips = "UseFIPS";
    public const string Endpoint = "Endpoint";

    // Nearly always the same question, and the answer is a dozen of allocations.
    private volatile Resolved? _last;

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        var question = new Question(
            parameters[Endpoint] as string, parameters[Region] as string, parameters[UseFips] is true, parameters[UseDualStack] is true);
        if (_last is not { } last || last.Question != question)
        {
            _last = last = new(question, UrlOf(question));
        }

        return new Endpoint(last.Url);
    }

    private string UrlOf(Question question) => question switch
    {
        { Endpoint: not null, IsFips: true } => throw new AmazonClientException("Invalid Configuration: FIPS and custom endpoint are not supported"),
        { Endpoint: not null, IsDualStack: true } => throw new AmazonClientException("Invalid Configuration: Dualstack and custom endpoint are not supported"),
        { Endpoint: { } url } => url.EndsWith('/') ? url : url + "/",
        { Region: { } region } => $"https://{HostOf(region, question.IsFips, question.IsDualStack)}/",
        _ => throw new AmazonClientException("Invalid Configuration: Missing Region"),
    };

    private string HostOf(string region, bool isFips, bool isDualStack)
    {
        var partition = Fn.Partition(region);
        if ((isFips && !partition.supportsFIPS) || (isDualStack && !partition.supportsDualStack))
        {
            throw new AmazonClientException($"FIPS or dual-stack endpoints are asked for, and the partition of region {region} does not have them.");
        }

        // In GovCloud the usual host is the FIPS one; the dual-stack host of SNS is the exception.
        var isUsual = region is "us-gov-east-1" or "us-gov-west-1" && !(isDualStack && host == "sns");
        var fips = isFips && !isUsual ? "-fips" : "";
        return $"{host}{fips}.{region}.{(isDualStack ? partition.dualStackDnsSuffix : partition.dnsSuffix)}";
    }

    private sealed record Resolved(Question Question, string Url);

    private readonly record struct Question(string? Endpoint, string? Region, bool IsFips, bool IsDualStack);
}
