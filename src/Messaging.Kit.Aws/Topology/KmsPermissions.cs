using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Topology;

/// <summary>What the host must be allowed to do with the keys that encrypt its messages: services use them in the name of whoever calls.</summary>
internal static class KmsPermissions
{
    private const string Alias = "alias/";
    private const string OfAws = "alias/aws/";

    private static readonly string[] Encrypting = ["kms:Decrypt", "kms:GenerateDataKey"];
    private static readonly string[] Decrypting = ["kms:Decrypt"];

    /// <summary>Allows what publishing takes.</summary>
    /// <param name="document">Where to.</param>
    /// <param name="service">The service, as ARNs name it.</param>
    /// <param name="key">The key, as an id, an alias or an ARN; <see langword="null"/> for none.</param>
    public static void AllowEncrypting(TopologyDocument document, string service, string? key) => Allow(document, "Encrypt", Encrypting, service, key);

    /// <summary>Allows what consuming takes.</summary>
    /// <param name="document">Where to.</param>
    /// <param name="service">The service, as ARNs name it.</param>
    /// <param name="key">The key, as an id, an alias or an ARN; <see langword="null"/> for none.</param>
    public static void AllowDecrypting(TopologyDocument document, string service, string? key) => Allow(document, "Decrypt", Decrypting, service, key);

    /// <summary>Whether a key is one of AWS's own, which lets in whoever of the account may use its service, and no other service.</summary>
    public static bool IsOfAws(string? key) => key is not null && (ResourceOf(key) ?? key).StartsWith(OfAws, StringComparison.Ordinal);

    private static string? ResourceOf(string key) => key.Split(':') is ["arn", _, _, _, _, var resource] ? resource : null;

    private static void Allow(TopologyDocument document, string purpose, string[] actions, string service, string? key)
    {
        if (key is null || IsOfAws(key))
        {
            return;
        }

        var resource = ResourceOf(key);
        if ((resource ?? key).StartsWith(Alias, StringComparison.Ordinal))
        {
            // A policy cannot name an alias. Through the service, the host reaches the keys of those queues and topics that it may use.
            var place = resource is null ? AwsArn.Of("kms", "key/*") : AwsArn.Beside(key, "key/*");
            document.Allow(
                $"{purpose}By{char.ToUpperInvariant(service[0])}{service[1..]}",
                place,
                actions,
                new() { ["StringLike"] = new JsonObject { ["kms:ViaService"] = $"{service}.*" } });
            return;
        }

        document.Allow($"{purpose}ByKey", resource is null ? AwsArn.Of("kms", $"key/{key}") : key, actions);
    }
}
