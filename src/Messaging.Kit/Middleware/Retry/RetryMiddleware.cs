using Messaging.Kit.Pipeline;
using Polly;

namespace Messaging.Kit.Middleware.Retry;

/// <summary>
/// Runs what is inside through a Polly pipeline. The pipeline's token, which a timeout strategy ends, is the context's token
/// for the attempt.
/// </summary>
internal sealed class RetryMiddleware<TContext>(ResiliencePipeline pipeline, Func<TContext, Exception, ValueTask> onRetry) : IMessageMiddleware<TContext>
    where TContext : MessageContext
{
    // A message that has had its deliveries is not attempted: it only passes on its way to where it is refused.
    public ValueTask InvokeAsync(TContext context, MessageDelegate<TContext> next) => context is ConsumeContext { IsExhausted: true }
        ? next(context)
        : pipeline.ExecuteAsync(
            static (journey, cancellationToken) => journey.AttemptAsync(cancellationToken),
            new Journey(context, next, onRetry),
            context.CancellationToken);

    private sealed class Journey(TContext context, MessageDelegate<TContext> next, Func<TContext, Exception, ValueTask> onRetry)
    {
        private Exception? _failure;

        public async ValueTask AttemptAsync(CancellationToken cancellationToken)
        {
            if (_failure is { } failure)
            {
                await onRetry(context, failure).ConfigureAwait(false);
            }

            var outer = context.CancellationToken;
            context.CancellationToken = cancellationToken;
            try
            {
                await next(context).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _failure = exception;
                throw;
            }
            finally
            {
                context.CancellationToken = outer;
            }
        }
    }
}
