namespace Messaging.Kit.Testing.Faults;

/// <summary>One call on its way through the proxy: what a fault needs to deal with it.</summary>
internal sealed class ProxyCall(ProxyRequest request, Func<ProxyRequest, CancellationToken, Task<ProxyResponse?>> forward, Func<double> random)
{
    private int _entriesFailed;

    public ProxyRequest Request => request;

    /// <summary>The proxy's seeded random numbers.</summary>
    public Func<double> Random => random;

    public bool IsForwarded { get; private set; }

    public int FailedEntryCount => _entriesFailed;

    /// <summary>Lets the service answer; <see langword="null"/> when it does not.</summary>
    public Task<ProxyResponse?> ForwardAsync(ProxyRequest toForward, CancellationToken cancellationToken)
    {
        IsForwarded = true;
        return forward(toForward, cancellationToken);
    }

    public void EntriesFailed(int count) => _entriesFailed += count;
}
