using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.Testing.Tests.Faults;

/// <summary>A service that remembers what it was asked and says yes, in SQS's words: every entry of a batch succeeds.</summary>
internal sealed class StubService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public StubService()
    {
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    public ConcurrentQueue<ProxyRequest> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
    }

    private static ProxyResponse Answer(ProxyRequest request)
    {
        if (request.Operation == "Refused")
        {
            return ProxyResponse.Error(request, 400, "NoSuchThing", "NoSuchThing", isSenderFault: true);
        }

        var entries = request.Body.Length == 0 || request.IsQuery ? null : JsonNode.Parse(request.Body)?["Entries"]?.AsArray();
        var outcomes = (entries ?? []).Select(entry => (JsonNode)new JsonObject { ["Id"] = entry?["Id"]?.GetValue<string>() });
        return request.Operation == "PutEvents"
            ? ProxyResponse.Json(200, new JsonObject
            {
                ["FailedEntryCount"] = 0,
                ["Entries"] = new JsonArray([.. entries!.Select(entry => (JsonNode)new JsonObject { ["EventId"] = entry?["Detail"]?.GetValue<string>() })]),
            })
            : ProxyResponse.Json(200, new JsonObject { ["Successful"] = new JsonArray([.. outcomes]) }, new KeyValuePair<string, string>("X-Of-The-Service", "yes"));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new ProxyConnection(socket);
        try
        {
            while (await connection.ReadAsync(_stop.Token) is { } request)
            {
                Requests.Enqueue(request);
                await connection.WriteAsync(Answer(request), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
        }
    }
}
