using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Messaging.Kit.Testing.Faults;

/// <summary>
/// A proxy in front of an AWS endpoint that injects faults by rule, for tests of what a client makes of them. It listens on a free
/// port of this machine only, knows the operations by name, and counts them.
/// </summary>
/// <remarks>
/// Safe for concurrent use; rules may change while calls are under way. The rules are asked in the order they were added, and the
/// first one whose turn it is decides; a call without one is passed on. Random decisions come from the seed, so that a run with
/// the same order of calls has the same faults.
/// </remarks>
/// <example><code>
/// await using var proxy = FaultProxy.Start(elasticMq);
/// proxy.Next(3, "SendMessageBatch", Fault.Throttled);
/// proxy.Sometimes(0.05, FaultProxy.AnyOperation, Fault.LostAnswer);
/// </code></example>
public sealed class FaultProxy : IAsyncDisposable
{
    /// <summary>Stands for every operation.</summary>
    public const string AnyOperation = "*";

    // What belongs to one hop and is made anew for the next.
    private static readonly HashSet<string> HopHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Expect",
    };

    private readonly Uri _target;
    private readonly Random _random;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FaultRule> _rules = [];
    private readonly Dictionary<string, FaultCount> _counts = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ProxyConnection, Task> _connections = new();
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    private Task _accepting = Task.CompletedTask;
    private int _disposed;

    private FaultProxy(Uri target, int seed)
    {
        _target = target;
        _random = new Random(seed);
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
    }

    /// <summary>Where to call instead of the service.</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts a proxy without rules.</summary>
    /// <param name="target">The service's endpoint.</param>
    /// <param name="seed">Where random decisions begin.</param>
    /// <returns>The proxy, owned by the caller.</returns>
    public static FaultProxy Start(Uri target, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        var proxy = new FaultProxy(target, seed);
        proxy._accepting = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Does something to the next calls of an operation.</summary>
    /// <param name="calls">How many of them.</param>
    /// <param name="operation">The operation, such as <c>SendMessageBatch</c>, or <see cref="AnyOperation"/>.</param>
    /// <param name="fault">What happens to them.</param>
    public void Next(int calls, string operation, Fault fault) => Add(new FaultRule(operation, calls, 1, fault));

    /// <summary>Does something to every call of an operation.</summary>
    /// <param name="operation">The operation, such as <c>SendMessageBatch</c>, or <see cref="AnyOperation"/>.</param>
    /// <param name="fault">What happens to them.</param>
    public void Always(string operation, Fault fault) => Add(new FaultRule(operation, null, 1, fault));

    /// <summary>Does something to a random part of the calls of an operation.</summary>
    /// <param name="probability">How likely a call is to be one of them, from 0 to 1.</param>
    /// <param name="operation">The operation, such as <c>SendMessageBatch</c>, or <see cref="AnyOperation"/>.</param>
    /// <param name="fault">What happens to them.</param>
    public void Sometimes(double probability, string operation, Fault fault) => Add(new FaultRule(operation, null, probability, fault));

    /// <summary>Forgets all rules; what they are doing to calls under way goes on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _rules.Clear();
        }
    }

    /// <summary>What has been seen of an operation so far.</summary>
    /// <param name="operation">The operation, such as <c>SendMessageBatch</c>, or <see cref="AnyOperation"/> for the sum of all.</param>
    /// <returns>The counts.</returns>
    public FaultCount CountOf(string operation)
    {
        lock (_lock)
        {
            return operation != AnyOperation
                ? _counts.GetValueOrDefault(operation)
                : _counts.Values.Aggregate(default(FaultCount), Sum);
        }
    }

    /// <summary>Stops listening and cuts all connections.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }

        await Task.WhenAll(_connections.Values);
        _client.Dispose();
        _stop.Dispose();
    }

    private static FaultCount Sum(FaultCount a, FaultCount b) =>
        new(a.Received + b.Received, a.Forwarded + b.Forwarded, a.Faulted + b.Faulted, a.EntriesFailed + b.EntriesFailed);

    private void Add(FaultRule rule)
    {
        lock (_lock)
        {
            _rules.Add(rule);
        }
    }

    private Fault? FindFault(string operation)
    {
        lock (_lock)
        {
            var rule = _rules.Find(rule => rule.Fires(operation, _random.NextDouble));
            _rules.RemoveAll(used => used.IsUsedUp);
            return rule?.Fault;
        }
    }

    private double NextRandom()
    {
        lock (_lock)
        {
            return _random.NextDouble();
        }
    }

    private void Count(string operation, FaultCount more)
    {
        lock (_lock)
        {
            _counts[operation] = Sum(_counts.GetValueOrDefault(operation), more);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var connection = new ProxyConnection(await _listener.AcceptSocketAsync(_stop.Token));
                var serving = new TaskCompletionSource();
                _connections[connection] = serving.Task;
                _ = ServeAsync(connection, serving);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // A client that is gone before it was accepted, or the end.
            }
        }
    }

    private async Task ServeAsync(ProxyConnection connection, TaskCompletionSource serving)
    {
        try
        {
            while (await connection.ReadAsync(_stop.Token) is { } request)
            {
                if (await AnswerAsync(request) is not { } response)
                {
                    connection.Cut();
                    break;
                }

                await connection.WriteAsync(response, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client hung up, or the proxy is being disposed.
        }
        finally
        {
            connection.Dispose();
            _connections.TryRemove(connection, out _);
            serving.SetResult();
        }
    }

    private async Task<ProxyResponse?> AnswerAsync(ProxyRequest request)
    {
        var call = new ProxyCall(request, ForwardAsync, NextRandom);
        var fault = FindFault(request.Operation);
        Count(request.Operation, new FaultCount(1, 0, fault is null ? 0 : 1, 0));
        try
        {
            return await (fault?.AnswerAsync(call, _stop.Token) ?? call.ForwardAsync(request, _stop.Token));
        }
        finally
        {
            Count(request.Operation, new FaultCount(0, call.IsForwarded ? 1 : 0, 0, call.FailedEntryCount));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps the service from answering, the client sees a cut connection.")]
    private async Task<ProxyResponse?> ForwardAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_target, request.Path)) { Content = new ByteArrayContent(request.Body) };
        foreach (var (name, value) in request.Headers)
        {
            if (!HopHeaders.Contains(name) && !message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            using var response = await _client.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var headers = response.Headers.Concat(response.Content.Headers)
                .Where(header => !HopHeaders.Contains(header.Key))
                .SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value));
            return new ProxyResponse((int)response.StatusCode, [.. headers], body);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
