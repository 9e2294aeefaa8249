using System.Net.Http.Headers;
using System.Xml.Linq;
using Messaging.Kit.Testing;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>A stack of an emulator's CloudFormation, deleted at the end. There is no client of CloudFormation here, so it is called by plain HTTP, unsigned.</summary>
internal sealed class LiveStack : IAsyncDisposable
{
    private static readonly XNamespace Ns = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

    private readonly HttpClient _http;
    private readonly string _name;

    private LiveStack(Uri endpoint, string name) => (_http, _name) = (new() { BaseAddress = endpoint }, name);

    /// <summary>Creates a stack; the test is skipped where there is no such emulator.</summary>
    public static async Task<LiveStack> CreateAsync(string emulator, string name, string template)
    {
        var endpoint = BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, emulator);
        Assert.SkipWhen(endpoint is null, $"The environment variable {BrokerEndpoints.AwsVariable} has no '{emulator}=http://...'. See the README, 'Tests on real brokers'.");
        var stack = new LiveStack(endpoint, name);
        await stack.CallAsync("CreateStack", ("TemplateBody", template), ("Capabilities.member.1", "CAPABILITY_IAM"));
        var status = "";
        for (var attempt = 0; attempt < 100 && status is "" or "CREATE_IN_PROGRESS"; attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            status = (await stack.CallAsync("DescribeStacks")).Descendants(Ns + "StackStatus").Single().Value;
        }

        Assert.Equal("CREATE_COMPLETE", status);
        return stack;
    }

    /// <summary>The value of an output.</summary>
    public async Task<string> GetOutputAsync(string key) => (await CallAsync("DescribeStacks")).Descendants(Ns + "Outputs").Elements(Ns + "member")
        .Single(output => output.Element(Ns + "OutputKey")!.Value == key).Element(Ns + "OutputValue")!.Value;

    public async ValueTask DisposeAsync()
    {
        await CallAsync("DeleteStack");
        _http.Dispose();
    }

    private async Task<XDocument> CallAsync(string action, params (string Name, string Value)[] parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent([
                new("Action", action), new("Version", "2010-05-15"), new("StackName", _name), .. parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)),
            ]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "AWS4-HMAC-SHA256", $"Credential=test/20261101/{LiveAws.Region}/cloudformation/aws4_request, SignedHeaders=host, Signature=none");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{action}: {answer}");
        return XDocument.Parse(answer);
    }
}
