namespace EventDrivenMicroservices;

/// <summary>What makes two messages question and answer.</summary>
internal static class Correlation
{
    /// <summary>Names the question, in the question and in its answer.</summary>
    public const string Header = "correlationid";

    private const string Asked = "quote.asked";
    private const string Given = "quote.given";

    /// <summary>The id of a question, about an order that is yet to be placed.</summary>
    public static string QuestionAbout(string order, string correlation) => $"{order}/{Asked}/{correlation}";

    /// <summary>The id of its answer.</summary>
    public static string AnswerTo(string question) => question.Replace(Asked, Given, StringComparison.Ordinal);
}
