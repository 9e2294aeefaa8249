using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace MessageQueue;

/// <summary>
/// Makes the trouble that a message's header asks for. A middleware like any other, and so an example of how to write one: the
/// handlers stay what they would be in a real service.
/// </summary>
internal sealed class TroubleMaker(Options options) : IMessageMiddleware<ConsumeContext>
{
    private const string Header = "trouble";

    public static KeyValuePair<string, string>[]? HeadersFor(Trouble trouble) =>
        trouble == Trouble.None ? null : [new(Header, trouble.ToString())];

    /// <summary>A step of the publish pipeline: replaces the body of a message that is to be broken.</summary>
    public static ValueTask BreakBodyAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        if (TroubleOf(context.Envelope) == Trouble.Broken)
        {
            context.Envelope.Body = Encoding.UTF8.GetBytes("""{"order": "17", oops""");
        }

        return next(context);
    }

    public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        var isFirstDelivery = context.DeliveryCount == 1;
        switch (TroubleOf(context.Envelope))
        {
            case Trouble.Hopeless:
            case Trouble.Down when isFirstDelivery:
            case Trouble.Flaky when isFirstDelivery && IsFirstAttempt(context):
                throw new HttpRequestException("The carrier does not answer.");
            case Trouble.Slow:
                await Task.Delay(options.Slowness, context.CancellationToken);
                break;
        }

        await next(context);
    }

    private static Trouble TroubleOf(Envelope envelope) =>
        envelope.HasHeaders && envelope.Headers.TryGetValue(Header, out var text) && Enum.TryParse<Trouble>(text, out var trouble) ? trouble : Trouble.None;

    // Items live as long as the delivery, so they outlive the attempts of UseRetry.
    private static bool IsFirstAttempt(ConsumeContext context) => context.Items.TryAdd(typeof(TroubleMaker), null);
}
