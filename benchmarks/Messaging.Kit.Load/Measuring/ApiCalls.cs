using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Messaging.Kit.Load.Measuring;

/// <summary>
/// Counts the requests that leave for AWS, by operation, each attempt of its own: within the clients of the kit and of its twins alike, for
/// they stand on the same SDK.
/// </summary>
internal sealed class ApiCalls : IRuntimePipelineCustomizer
{
    private static readonly ConcurrentDictionary<string, StrongBox<long>> Counts = new(StringComparer.Ordinal);

    public string UniqueName => nameof(ApiCalls);

    /// <summary>Counts from now on, in clients that are made from now on.</summary>
    public static void Watch() => RuntimePipelineCustomizerRegistry.Instance.Register(new ApiCalls());

    // SendMessageBatchRequest is the request of SendMessageBatch.
    public static IReadOnlyDictionary<string, long> Take() =>
        Counts.ToFrozenDictionary(count => count.Key.Replace("Request", "", StringComparison.Ordinal), count => Volatile.Read(ref count.Value.Value));

    public static IReadOnlyDictionary<string, long> Since(IReadOnlyDictionary<string, long> before) => Take()
        .Select(count => KeyValuePair.Create(count.Key, count.Value - before.GetValueOrDefault(count.Key)))
        .Where(count => count.Value > 0)
        .ToFrozenDictionary();

    public void Customize(Type type, RuntimePipeline pipeline) => pipeline.AddHandlerBefore<HttpHandler<HttpContent>>(new Counter());

    private sealed class Counter : PipelineHandler
    {
        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            Interlocked.Increment(ref Counts.GetOrAdd(executionContext.RequestContext.RequestName, _ => new StrongBox<long>()).Value);
            return base.InvokeAsync<T>(executionContext);
        }
    }
}
