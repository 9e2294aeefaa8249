using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Topology;

/// <summary>A document as a template of CloudFormation.</summary>
internal sealed class CloudFormationTemplate
{
    private const string PolicyId = "HostPolicy";
    private const string Version = "2010-09-09";
    private const string About = "What a host of Messaging.Kit needs, as it is registered there.";

    private readonly TopologyDocument _document;
    private readonly Dictionary<string, TopologyResource> _byArn;

    private CloudFormationTemplate(TopologyDocument document)
    {
        _document = document;
        _byArn = document.Resources.Where(resource => resource.Arn is not null).ToDictionary(resource => resource.Arn!);
    }

    /// <summary>The template.</summary>
    /// <param name="document">The document.</param>
    /// <param name="withPolicy">Whether it has a managed policy for the role of the host.</param>
    public static JsonObject Of(TopologyDocument document, bool withPolicy) => new CloudFormationTemplate(document).Write(withPolicy && document.Statements.Count > 0);

    private JsonObject Write(bool withPolicy)
    {
        var resources = new JsonObject();
        foreach (var resource in _document.Resources)
        {
            resources.Add(resource.Id, Write(resource));
        }

        var template = new JsonObject { ["AWSTemplateFormatVersion"] = Version, ["Description"] = About, ["Resources"] = resources };
        if (withPolicy)
        {
            resources.Add(PolicyId, new JsonObject
            {
                ["Type"] = "AWS::IAM::ManagedPolicy",
                ["Properties"] = new JsonObject { ["Description"] = About, ["PolicyDocument"] = Resolve(IamPolicy.Of(_document)) },
            });
            template["Outputs"] = new JsonObject
            {
                [$"{PolicyId}Arn"] = new JsonObject { ["Description"] = "To be attached to the role of the host.", ["Value"] = new JsonObject { ["Ref"] = PolicyId } },
            };
        }

        return template;
    }

    private JsonObject Write(TopologyResource resource)
    {
        var written = new JsonObject { ["Type"] = resource.Type };
        if (resource.After.Count > 0)
        {
            written["DependsOn"] = new JsonArray([.. resource.After.Select(id => (JsonNode)id)]);
        }

        if (resource.IsKept)
        {
            // Kept, but for one that was made a moment ago by a stack that then failed.
            (written["DeletionPolicy"], written["UpdateReplacePolicy"]) = ("RetainExceptOnCreate", "Retain");
        }

        written["Properties"] = new JsonObject([.. resource.Properties.Select(property => KeyValuePair.Create(property.Key, Resolve(property.Value)))]);
        return written;
    }

    // What the stack makes is referred to, so that it is made first; of the rest the stack fills in where it is.
    private JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonObject parts => new JsonObject([.. parts.Select(part => KeyValuePair.Create(part.Key, Resolve(part.Value)))]),
        JsonArray items => new JsonArray([.. items.Select(Resolve)]),
        JsonValue value when value.TryGetValue<string>(out var text) && _byArn.TryGetValue(text, out var resource) =>
            new JsonObject { ["Fn::GetAtt"] = new JsonArray(resource.Id, resource.ArnAttribute) },
        JsonValue value when value.TryGetValue<string>(out var text) && AwsArn.IsOpen(text) => new JsonObject { ["Fn::Sub"] = text },
        _ => node?.DeepClone(),
    };
}
