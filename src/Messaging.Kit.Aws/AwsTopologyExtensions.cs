using Amazon;
using Messaging.Kit.Aws;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>
/// Writes down what the registrations need of SQS, SNS and EventBridge, for those who create it where the application may not. Neither
/// calls anything nor needs credentials: build the host, do not start it, and export.
/// </summary>
public static class AwsTopologyExtensions
{
    private const int AccountDigits = 12;

    /// <summary>
    /// A template of CloudFormation with all that the registrations name: queues, dead-letter queues and their policies, topics and subscriptions,
    /// buses, rules and archives, with the very attributes that <see cref="TopologyMode.Create"/> gives them and <see cref="TopologyMode.Validate"/> looks for.
    /// </summary>
    /// <remarks>
    /// <para>
    /// What is named by its URL or ARN is somebody else's, and so is what has <c>Topology</c> in its own options set to <see cref="TopologyMode.None"/> or
    /// <see cref="TopologyMode.Validate"/>: it is referred to and not in the template. The bus <c>default</c> is never.
    /// </para>
    /// <para>
    /// Dead-letter queues and archives stay when the stack is deleted. The same registrations give the same text.
    /// </para>
    /// </remarks>
    /// <param name="services">The services of the host, which need not have been started.</param>
    /// <param name="withPolicy">
    /// Whether the template has a managed policy with what <see cref="ExportIamPolicy"/> says, to be attached to the role of the host; the stack then needs
    /// <c>CAPABILITY_IAM</c>.
    /// </param>
    /// <returns>The template, in JSON.</returns>
    /// <exception cref="MessagingException">Options are wrong, registrations contradict each other, or there is nothing of AWS in them; all of it is said at once.</exception>
    public static string ExportCloudFormation(this IServiceProvider services, bool withPolicy = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        var document = Describe(services, null, null);
        return document.Resources.Count > 0
            ? JsonText.LinesOf(CloudFormationTemplate.Of(document, withPolicy))
            : throw new MessagingException("There is nothing to export: no registration names a queue, topic or bus of AWS by name that is the host's own to create.");
    }

    /// <summary>
    /// The policy of IAM that this host needs, and nothing more than it: on its queues, topics, buses and keys the actions that the kit calls. At
    /// start the kit reads where the application's topology is not <see cref="TopologyMode.None"/>, and the policy allows that; it never allows to create.
    /// </summary>
    /// <param name="services">The services of the host, which need not have been started.</param>
    /// <param name="accountId">The account in which what is named by name alone is, twelve digits.</param>
    /// <param name="region">Its region, such as <c>eu-west-1</c>.</param>
    /// <returns>The policy, in JSON.</returns>
    /// <exception cref="MessagingException">Options are wrong, registrations contradict each other, or there is nothing of AWS in them; all of it is said at once.</exception>
    public static string ExportIamPolicy(this IServiceProvider services, string accountId, string region)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(region);
        if (accountId is not { Length: AccountDigits } || !accountId.All(char.IsAsciiDigit))
        {
            throw new ArgumentException($"'{accountId}' is no AWS account. Use its 12 digits.", nameof(accountId));
        }

        var document = Describe(services, region, accountId);
        return document.Statements.Count > 0
            ? AwsArn.Close(JsonText.LinesOf(IamPolicy.Of(document)), RegionEndpoint.GetBySystemName(region).PartitionName, region, accountId)
            : throw new MessagingException("There is nothing to allow: no registration names a queue, topic or bus of AWS.");
    }

    private static TopologyDocument Describe(IServiceProvider services, string? region, string? account)
    {
        List<string> faults = [];
        if (Try(() => services.GetService<MessagingEndpoints>() ?? throw new MessagingException("There is nothing to export: call AddMessaging first."), faults) is { } endpoints)
        {
            var document = new TopologyDocument(services.GetRequiredService<IOptions<MessagingOptions>>().Value.Topology);
            document.Place("the policy", region, account);
            foreach (var registered in endpoints)
            {
                Try(() => Describe(document, registered, services), faults);
            }

            faults.AddRange(document.Faults);
            if (faults.Count == 0)
            {
                return document;
            }
        }

        throw new MessagingException($"The topology cannot be exported:{Environment.NewLine}- {string.Join($"{Environment.NewLine}- ", faults.Distinct(StringComparer.Ordinal))}");
    }

    private static TopologyDocument Describe(TopologyDocument document, RegisteredEndpoint registered, IServiceProvider services)
    {
        (registered.Endpoint as IAwsEndpoint)?.Describe(document, registered.Use, registered.PhysicalName, services);
        return document;
    }

    // Whatever options are wrong is to be said together with all else.
    private static T? Try<T>(Func<T> action, List<string> faults)
        where T : class
    {
        try
        {
            return action();
        }
        catch (OptionsValidationException exception)
        {
            faults.AddRange(exception.Failures);
            return null;
        }
    }
}
