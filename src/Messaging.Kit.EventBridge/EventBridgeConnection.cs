using Messaging.Kit.Messages;

namespace Messaging.Kit.EventBridge;

/// <summary>One bus by name or ARN: who it is, and calls to it.</summary>
/// <param name="bus">Its name or ARN.</param>
/// <param name="client">The client that reaches it.</param>
internal sealed class EventBridgeConnection(string bus, IEventBridgeClient client)
{
    public const string NameRule = "A bus's name has 1 to 256 letters, digits, periods, hyphens and underscores.";

    private const string Default = "default";
    private const string OfPartners = "aws.partner/";
    private const int LongestName = 256;

    public IEventBridgeClient Client => client;

    /// <summary>The bus as calls name it.</summary>
    public string Address => bus;

    public string Name { get; } = NameOf(bus);

    /// <summary>Whether it was named by its ARN; such a bus may be in another account.</summary>
    public bool HasFixedArn { get; } = IsArn(bus);

    /// <summary>Whether it is the bus that every account has.</summary>
    public bool IsDefault { get; } = IsDefaultName(NameOf(bus));

    /// <summary>Whether the kit may create it: neither by its ARN, nor one that is AWS's or a partner's to make.</summary>
    public bool MayBeCreated { get; } = MayCreate(bus);

    public static bool MayCreate(string bus) => !IsArn(bus) && !IsDefaultName(bus) && !IsPartnersName(bus);

    public static bool IsDefaultName(string name) => name == Default;

    /// <summary>Whether it is a bus for the events of a partner of AWS, such as <c>aws.partner/example.com/shop</c>. Nobody else puts events on it.</summary>
    public static bool IsPartnersName(string name) => name.StartsWith(OfPartners, StringComparison.Ordinal);

    public static bool IsArn(string bus) => bus.StartsWith("arn:", StringComparison.Ordinal);

    public static string NameOf(string bus) => IsArn(bus) && bus[(bus.IndexOf('/', StringComparison.Ordinal) + 1)..] is { Length: > 0 } name ? name : bus;

    public static bool IsValidName(string name) => IsPartnersName(name)
        ? name.Length <= LongestName && name.Split('/').All(part => EventBridgeNames.IsValid(part, LongestName))
        : EventBridgeNames.IsValid(name, LongestName);

    /// <summary>Calls EventBridge and translates what it throws.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token ended the call.</exception>
    public async Task<TResponse> CallAsync<TResponse>(string action, Func<IEventBridgeClient, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(client, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw EventBridgeErrors.Translate(exception, action, Name);
        }
    }

    /// <summary>Describes something, or answers <see langword="null"/> when it is not there.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task<TResponse?> FindAsync<TResponse>(string action, Func<IEventBridgeClient, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
        where TResponse : class
    {
        try
        {
            return await CallAsync(action, call, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>The bus, or <see langword="null"/> when there is none.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public Task<EventBridgeBus?> FindAsync(CancellationToken cancellationToken) =>
        FindAsync("DescribeEventBus", (client, token) => client.DescribeEventBusAsync(Address, token), cancellationToken);

    /// <summary>Creates something; what another host has created meanwhile is as good.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task CreateAsync(string action, Func<IEventBridgeClient, CancellationToken, Task<string>> call, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(action, call, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Code == "ResourceAlreadyExistsException")
        {
        }
    }
}
