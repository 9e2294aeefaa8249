using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Web;

namespace Messaging.Kit.Aws.Tests;

/// <summary>Gives out the credentials of a role, once.</summary>
internal sealed class StubSts : IDisposable
{
    public const string AccessKey = "ASIAROLE";
    public const string SessionToken = "token-of-the-role";

    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public StubSts()
    {
        Url = $"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Url { get; }

    /// <summary>Operation, role and session of the call.</summary>
    public IReadOnlyList<string> Asked { get; private set; } = [];

    public void Dispose()
    {
        _listener.Close();
        Assert.True(_answering.IsCompletedSuccessfully, "The role has not been asked for.");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AnswerAsync()
    {
        var context = await _listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var form = HttpUtility.ParseQueryString(await reader.ReadToEndAsync());
        Asked = [form["Action"]!, form["RoleArn"]!, form["RoleSessionName"]!];
        var expiration = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/xml";
        await using var writer = new StreamWriter(context.Response.OutputStream);
        await writer.WriteAsync(
            $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>{AccessKey}</AccessKeyId>
            <SecretAccessKey>secret</SecretAccessKey><SessionToken>{SessionToken}</SessionToken><Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
            """);
    }
}
