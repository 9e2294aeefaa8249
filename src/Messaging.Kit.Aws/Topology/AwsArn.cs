namespace Messaging.Kit.Aws.Topology;

/// <summary>
/// ARNs as a document has them: what the registrations do not say (partition, region, account) is left open, in CloudFormation's words for
/// what the stack is in.
/// </summary>
internal static class AwsArn
{
    private const string Partition = "${AWS::Partition}";
    private const string Region = "${AWS::Region}";
    private const string Account = "${AWS::AccountId}";

    /// <summary>The ARN of something.</summary>
    /// <param name="service">The service, as ARNs name it.</param>
    /// <param name="resource">What is behind the account.</param>
    /// <param name="region">The region; the stack's when there is none.</param>
    /// <param name="account">The account; the stack's when there is none.</param>
    public static string Of(string service, string resource, string? region = null, string? account = null) =>
        $"arn:{Partition}:{service}:{region ?? Region}:{account ?? Account}:{resource}";

    /// <summary>Whether a text is an ARN with something left open.</summary>
    public static bool IsOpen(string text) => text.StartsWith($"arn:{Partition}:", StringComparison.Ordinal);

    /// <summary>A text with ARNs, all that they leave open filled in.</summary>
    public static string Close(string text, string partition, string region, string account) => text
        .Replace(Partition, partition, StringComparison.Ordinal)
        .Replace(Region, region, StringComparison.Ordinal)
        .Replace(Account, account, StringComparison.Ordinal);

    /// <summary>The ARN of something else of the same service, region and account.</summary>
    /// <param name="arn">An ARN without colons behind the account.</param>
    /// <param name="resource">What is behind the account instead.</param>
    public static string Beside(string arn, string resource) => $"{arn[..(arn.LastIndexOf(':') + 1)]}{resource}";
}
