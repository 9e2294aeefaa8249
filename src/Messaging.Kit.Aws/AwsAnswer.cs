using System.Buffers;
using System.Text;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Messaging.Kit.Aws;

/// <summary>The answer to a call: its body, whole, in a pooled buffer until it is released.</summary>
internal sealed class AwsAnswer : UnmarshallerContext
{
    private const int UsualSize = 4096;

    // Answers of the services are some kilobytes; what says that it is more is taken at its word only as it comes.
    private const int LargestAnnounced = 256 * 1024;
    private const int Largest = 16 * 1024 * 1024;
    private const int LongestExcerpt = 200;

    private byte[] _buffer;
    private int _length;

    /// <summary>Reads an answer.</summary>
    /// <param name="request">The call.</param>
    /// <param name="stream">The body.</param>
    /// <param name="response">Status and headers.</param>
    /// <param name="keepBody">Whether the SDK wants to log the body.</param>
    /// <param name="isException">Whether it is an error.</param>
    public AwsAnswer(AwsRequest request, Stream stream, IWebResponseData response, bool keepBody, bool isException)
    {
        Request = request;
        WebResponseData = response;
        MaintainResponseBody = keepBody;
        IsException = isException;
        if (keepBody || isException)
        {
            stream = WrappingStream = new CachingWrapperStream(stream);
        }

        // One more than there should be, so that the end is found without growing.
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(response.ContentLength + 1, UsualSize, LargestAnnounced));
        try
        {
            Fill(stream);
        }
        catch
        {
            Release();
            throw;
        }
    }

    public AwsRequest Request { get; }

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    /// <summary>How the body begins, for an error that has no text of its own.</summary>
    public string Excerpt => Encoding.UTF8.GetString(Body.Span[..Math.Min(_length, LongestExcerpt)]);

    // Where a reader of tokens stands; there is none here.
    public override string CurrentPath => "";

    public override int CurrentDepth => 0;

    public override bool IsStartElement => false;

    public override bool IsEndElement => false;

    public override bool IsStartOfDocument => true;

    /// <summary>Gives the buffer back: the body has been read.</summary>
    public void Release()
    {
        var buffer = _buffer;
        (_buffer, _length) = ([], 0);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Fill(Stream stream)
    {
        int read;
        while ((read = stream.Read(_buffer, _length, _buffer.Length - _length)) > 0)
        {
            _length += read;
            if (_length == _buffer.Length)
            {
                if (_length >= Largest)
                {
                    throw new IOException($"The answer has more than {Largest:N0} bytes; no answer of the service has.");
                }

                var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
                _buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }
        }
    }
}
