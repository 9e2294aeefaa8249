using System.Buffers.Text;
using System.Text;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>The listeners of Apache Kafka that let in only whom they know: in clear and over TLS, with an authority of their own.</summary>
internal static class SecureKafka
{
    public const string User = "kit";
    public const string Password = "kit-secret";

    public static string Ca => Require("KAFKA_CA");

    public static string TlsServers => Require("KAFKA_TLS_BOOTSTRAP_SERVERS");

    /// <summary>Sets which of the listeners is meant.</summary>
    public static void Reach(KafkaTransportOptions options, bool tls)
    {
        options.BootstrapServers = tls ? TlsServers : Require("KAFKA_SASL_BOOTSTRAP_SERVERS");
        options.UseTls = tls;
        options.CaLocation = tls ? Ca : null;
    }

    /// <summary>Sets what the listeners accept.</summary>
    public static void Authenticate(KafkaTransportOptions options, KafkaAuthentication authentication)
    {
        options.Authentication = authentication;
        if (authentication == KafkaAuthentication.OAuthBearer)
        {
            options.TokenProvider = _ => ValueTask.FromResult(Token(TimeSpan.FromHours(1)));
        }
        else
        {
            (options.Username, options.Password) = (User, Password);
        }
    }

    /// <summary>A token without a signature, which the test brokers take.</summary>
    public static KafkaToken Token(TimeSpan life)
    {
        var now = TimeProvider.System.GetUtcNow();
        var expiry = now + life;
        var claims = $$"""{"sub":"{{User}}","iat":{{now.ToUnixTimeSeconds()}},"exp":{{expiry.ToUnixTimeSeconds()}}}""";
        return new KafkaToken($"{Encode("""{"alg":"none"}""")}.{Encode(claims)}.", expiry, User);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Require(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(value is null, $"The environment variable {variable} is not set, so there is no broker that asks who one is. See the README, 'Tests on real brokers'.");
        return value!;
    }
}
