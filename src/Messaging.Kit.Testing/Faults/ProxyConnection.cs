using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Messaging.Kit.Testing.Faults;

/// <summary>A client's connection: reads HTTP/1.1 requests from it one after the other and writes their answers.</summary>
internal sealed class ProxyConnection : IDisposable
{
    private const int LongestLine = 64 << 10;
    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly PipeReader _reader;

    public ProxyConnection(Socket socket)
    {
        socket.NoDelay = true;
        (_socket, _stream) = (socket, new NetworkStream(socket, ownsSocket: true));
        _reader = PipeReader.Create(_stream);
    }

    /// <summary>The next request; <see langword="null"/> when the client has hung up.</summary>
    public async Task<ProxyRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not { } line || line.Split(' ') is not [var method, var path, ..])
        {
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(header[..colon], header[(colon + 1)..].Trim()));
        }

        var request = new ProxyRequest(method, path, headers, []);
        if (request.Header("Expect") is not null)
        {
            await _stream.WriteAsync(Continue, cancellationToken);
        }

        return request with
        {
            Body = request.Header("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true
                ? await ReadChunksAsync(cancellationToken)
                : await ReadExactlyAsync(int.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture), cancellationToken),
        };
    }

    public async Task WriteAsync(ProxyResponse response, CancellationToken cancellationToken)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} {(System.Net.HttpStatusCode)response.Status}\r\n");
        foreach (var (name, value) in response.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n\r\n");

        // In one piece: with two, a client's delayed acknowledgement could come between them.
        var bytes = new byte[Encoding.Latin1.GetByteCount(head.ToString()) + response.Body.Length];
        var length = Encoding.Latin1.GetBytes(head.ToString(), bytes);
        response.Body.CopyTo(bytes, length);
        await _stream.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Cuts the connection without a farewell: the client sees a reset.</summary>
    public void Cut()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }

        _socket.Close();
    }

    public void Dispose() => _stream.Dispose();

    private async Task<byte[]> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var size = await ReadLineAsync(cancellationToken) ?? throw new IOException("The client hung up within a request.");
            var chunk = await ReadExactlyAsync(int.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), cancellationToken);
            body.Write(chunk);
            if (chunk.Length == 0)
            {
                while (await ReadLineAsync(cancellationToken) is { Length: > 0 })
                {
                }

                return body.WrittenSpan.ToArray();
            }

            await ReadLineAsync(cancellationToken);
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return [];
        }

        var read = await _reader.ReadAtLeastAsync(count, cancellationToken);
        if (read.Buffer.Length < count)
        {
            throw new IOException("The client hung up within a request.");
        }

        var bytes = read.Buffer.Slice(0, count).ToArray();
        _reader.AdvanceTo(read.Buffer.GetPosition(count));
        return bytes;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.Buffer.Length > LongestLine)
            {
                return null;
            }
        }
    }
}
