using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace MessageQueue;

/// <summary>
/// Counts what AWS would bill: every call of every SQS client of this process, at the place in the SDK's pipeline where a call is one
/// HTTP request. Each 64 KiB of a request or an answer, begun or full, counts as one.
/// </summary>
internal sealed class SqsCalls(Figures figures) : IRuntimePipelineCustomizer
{
    private const long Chunk = 64 * 1024;

    public string UniqueName => "MessageQueue.SqsCalls";

    public void Customize(Type serviceClientType, RuntimePipeline pipeline)
    {
        if (serviceClientType == typeof(AmazonSQSClient))
        {
            // Inside of the SDK's own retries, so that each of them counts.
            pipeline.AddHandlerAfter<RetryHandler>(new Counter(figures));
        }
    }

    private sealed class Counter(Figures figures) : PipelineHandler
    {
        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            var sent = SizeOf(executionContext.RequestContext.Request);
            try
            {
                return await base.InvokeAsync<T>(executionContext);
            }
            finally
            {
                Count(executionContext, sent);
            }
        }

        private void Count(IExecutionContext context, long sent)
        {
            var request = context.RequestContext;
            var response = context.ResponseContext;
            var scope = QueueUrlOf(request.OriginalRequest)?.EndsWith(".fifo", StringComparison.Ordinal) == true ? Figures.FifoCalls : Figures.StandardCalls;
            var bytes = Math.Max(sent, response?.HttpResponse?.ContentLength ?? 0);
            figures.Add(scope, request.OriginalRequest.GetType().Name.Replace("Request", "", StringComparison.Ordinal));
            figures.Add(scope, Figures.Billed, Math.Max(1, (bytes + Chunk - 1) / Chunk));
            if (response?.Response is ReceiveMessageResponse { Messages: not { Count: > 0 } })
            {
                figures.Add(scope, Figures.EmptyReceives);
            }
        }

        // The SDK writes a body into a stream of its own, and leaves Content empty.
        private static long SizeOf(IRequest? request) => request?.ContentStream?.Length ?? request?.Content?.Length ?? 0;

        private static string? QueueUrlOf(AmazonWebServiceRequest request) => request switch
        {
            SendMessageBatchRequest send => send.QueueUrl,
            ReceiveMessageRequest receive => receive.QueueUrl,
            DeleteMessageBatchRequest delete => delete.QueueUrl,
            ChangeMessageVisibilityBatchRequest change => change.QueueUrl,
            GetQueueAttributesRequest read => read.QueueUrl,
            GetQueueUrlRequest find => find.QueueName,
            CreateQueueRequest create => create.QueueName,
            _ => null,
        };
    }
}
