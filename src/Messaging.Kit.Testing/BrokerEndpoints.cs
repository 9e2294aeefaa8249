namespace Messaging.Kit.Testing;

/// <summary>
/// Where the brokers to test with are, told by environment variables of the form <c>name=address;name=address</c>.
/// </summary>
public static class BrokerEndpoints
{
    /// <summary>The variable for endpoints that speak AWS's protocols, such as <c>elasticmq=http://127.0.0.1:9324;moto=http://127.0.0.1:5566</c>.</summary>
    public const string AwsVariable = "MESSAGING_KIT_AWS_ENDPOINTS";

    /// <summary>Finds an endpoint.</summary>
    /// <param name="variable">The environment variable.</param>
    /// <param name="name">The endpoint's name in it.</param>
    /// <returns>The address, or <see langword="null"/> when the variable does not have it.</returns>
    /// <exception cref="FormatException">The variable has it and the address is none.</exception>
    public static Uri? Find(string variable, string name)
    {
        var entry = Array.Find(
            (Environment.GetEnvironmentVariable(variable) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            entry => entry.StartsWith($"{name}=", StringComparison.OrdinalIgnoreCase));
        if (entry is null)
        {
            return null;
        }

        var address = entry[(name.Length + 1)..];
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : throw new FormatException($"{variable} gives '{address}' for {name}, which is no address.");
    }
}
