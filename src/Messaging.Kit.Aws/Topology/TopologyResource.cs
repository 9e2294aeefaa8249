using System.Globalization;
using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Topology;

/// <summary>Something that is to be there, once, whoever of the registrations speaks of it.</summary>
/// <param name="id">What it is called in a template.</param>
/// <param name="type">CloudFormation's name of what it is.</param>
/// <param name="name">What people call it.</param>
/// <param name="report">Is told what does not go together.</param>
internal sealed class TopologyResource(string id, string type, string name, Action<string> report)
{
    private readonly OrderedDictionary<string, JsonNode> _properties = [];
    private readonly OrderedDictionary<string, JsonNode> _defaults = [];

    public string Id => id;

    public string Type => type;

    /// <summary>Its ARN as the document has it, where others refer to it.</summary>
    public string? Arn { get; init; }

    /// <summary>The attribute by which CloudFormation gives its ARN.</summary>
    public string ArnAttribute { get; init; } = "Arn";

    /// <summary>Whether it stays when its stack goes, for nobody has another copy of what is in it.</summary>
    public bool IsKept { get; set; }

    /// <summary>The ids of resources that must be there before it, beyond those that its properties refer to.</summary>
    public SortedSet<string> After { get; } = new(StringComparer.Ordinal);

    /// <summary>What is said of it, and then what counts where nothing is said.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode>> Properties => _properties.Concat(_defaults.Where(property => !_properties.ContainsKey(property.Key)));

    /// <summary>Says something of it. Another registration may say the same, or nothing.</summary>
    public void Set(string property, JsonNode value)
    {
        if (!_properties.TryGetValue(property, out var said))
        {
            _properties.Add(property, value);
        }
        else if (!JsonNode.DeepEquals(said, value))
        {
            report($"{name} is to have {property} {JsonText.Of(said)} by one registration, and {JsonText.Of(value)} by another. Say the same in both, or nothing in one.");
        }
    }

    /// <summary>Says something of it that the service's own calls take as text.</summary>
    public void SetText(string property, string value) => Set(property, ValueOf(value));

    /// <summary>What it is to have where no registration says another.</summary>
    public void SetDefaultText(string property, string value) => _defaults.TryAdd(property, ValueOf(value));

    /// <summary>Changes what has been said, or says it.</summary>
    public void Change(string property, Func<JsonNode?, JsonNode> change) => _properties[property] = change(_properties.GetValueOrDefault(property));

    // The attributes of a service's own calls are texts, where a template has types.
    private static JsonNode ValueOf(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when text.TrimStart().StartsWith('{') => JsonText.Read(text),
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
