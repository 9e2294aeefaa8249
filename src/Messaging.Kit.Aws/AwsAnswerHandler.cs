namespace Messaging.Kit.Aws;

/// <summary>
/// Reads answers as a part of the call, so that the client's time limit and the caller's token end a body that does not come: the SDK asks for the
/// headers only, and reads the rest on a thread that nothing wakes. Answers are small, and one without end is given up.
/// </summary>
internal sealed class AwsAnswerHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Most bytes of an answer. Ten messages of 1 MiB, escaped at the worst, are what the largest one has.</summary>
    public const int Largest = 64 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(Largest, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
