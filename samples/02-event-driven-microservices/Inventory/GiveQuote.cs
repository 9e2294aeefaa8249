using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>Answers what something costs. The answer carries the correlation id of the question; that is all that makes it an answer.</summary>
internal sealed class GiveQuote(IMessageBus bus) : IMessageHandler<QuoteAsked>
{
    public async ValueTask HandleAsync(QuoteAsked message, ConsumeContext context, CancellationToken cancellationToken)
    {
        var quote = new QuoteGiven(Catalogue.PriceOf(message.Sku) * message.Quantity);
        var correlation = context.Headers[Correlation.Header] ?? throw new InvalidOperationException("The question has no correlation id; nobody could be answered.");
        await bus.PublishAsync(quote, new PublishOptions { Id = Correlation.AnswerTo(context.MessageId), Headers = [new(Correlation.Header, correlation)] }, cancellationToken);
    }
}
