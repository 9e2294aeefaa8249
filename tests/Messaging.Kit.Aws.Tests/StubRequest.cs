namespace Messaging.Kit.Aws.Tests;

/// <summary>A request as it came.</summary>
internal sealed record StubRequest(string Method, Uri Url, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The parameters of a form, still encoded.</summary>
    public IReadOnlyList<string> Form => Body.Split('&');
}
