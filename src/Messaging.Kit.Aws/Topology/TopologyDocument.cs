using System.Text.Json.Nodes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Aws.Topology;

/// <summary>
/// What the registrations of a host need of AWS: what is to be there, and what the host must be allowed. Endpoints write it; templates and
/// policies are written from it.
/// </summary>
/// <param name="mode">What the application does at start with all that it names.</param>
internal sealed class TopologyDocument(TopologyMode mode)
{
    private readonly SortedDictionary<string, TopologyResource> _resources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IamStatement> _statements = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, (string Value, string Name)> _places = [];

    public TopologyMode Mode => mode;

    /// <summary>By id.</summary>
    public IReadOnlyCollection<TopologyResource> Resources => _resources.Values;

    /// <summary>By purpose.</summary>
    public IReadOnlyDictionary<string, IamStatement> Statements => _statements;

    /// <summary>All that does not go together, once each.</summary>
    public IEnumerable<string> Faults => _faults.Distinct(StringComparer.Ordinal);

    /// <summary>Whether what a registration says of its own place in the topology makes it the host's to create.</summary>
    public static bool IsOwn(TopologyMode? said) => said is null or TopologyMode.Create;

    /// <summary>Adds a resource, or finds the one that another registration has added.</summary>
    /// <param name="resource">The resource.</param>
    public TopologyResource Add(TopologyResource resource) => _resources.TryAdd(resource.Id, resource) ? resource : _resources[resource.Id];

    /// <summary>A resource that has been added, or <see langword="null"/>.</summary>
    public TopologyResource? Find(string id) => _resources.GetValueOrDefault(id);

    /// <summary>Allows the host something.</summary>
    /// <param name="purpose">What for, in letters and digits; the same actions and condition each time.</param>
    /// <param name="resource">An ARN, or <see cref="IamStatement.Everything"/>.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="condition">When it is allowed.</param>
    public void Allow(string purpose, string resource, string[] actions, JsonObject? condition = null)
    {
        if (!_statements.TryGetValue(purpose, out var statement))
        {
            _statements.Add(purpose, statement = new(actions, condition));
        }

        statement.Resources.Add(resource);
    }

    /// <summary>
    /// Says where something is that is named by name alone: it is created, or looked for, in the region and the account of the stack, which are one.
    /// </summary>
    /// <param name="name">What people call it.</param>
    /// <param name="region">The region that its options name, if any.</param>
    /// <param name="account">The account that its options name, if any.</param>
    public void Place(string name, string? region, string? account)
    {
        Locate("region", name, region);
        Locate("account", name, account);
    }

    /// <summary>Says what does not go together.</summary>
    public void Report(string fault) => _faults.Add(fault);

    private void Locate(string kind, string name, string? value)
    {
        if (value is not null && !_places.TryAdd(kind, (value, name)) && _places[kind] is var other && other.Value != value)
        {
            Report($"{other.Name} is in the {kind} {other.Value}, and {name} in {value}. A stack has one {kind}: name what is elsewhere by its URL or ARN.");
        }
    }
}
