using System.Net;
using System.Net.Sockets;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>Reaches a broker under an address that is not in its certificate.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Parse("127.0.0.2"), 0);
    private readonly CancellationTokenSource _stop = new();

    public Relay(string broker)
    {
        _listener.Start();
        _ = AcceptAsync(IPEndPoint.Parse(broker));
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(IPEndPoint broker)
    {
        try
        {
            while (true)
            {
                _ = CopyAsync(await _listener.AcceptTcpClientAsync(_stop.Token), broker, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task CopyAsync(TcpClient client, IPEndPoint broker, CancellationToken stop)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(broker, stop);
                var (left, right) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(left.CopyToAsync(right, stop), right.CopyToAsync(left, stop));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
            {
                // One of both has hung up.
            }
        }
    }
}
