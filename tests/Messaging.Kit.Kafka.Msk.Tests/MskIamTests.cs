using System.Buffers.Text;
using System.Text;
using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Kafka.Msk.Tests;

public sealed class MskIamTests
{
    // What AWS's own signer for JavaScript makes (npm: aws-msk-iam-sasl-signer-js 1.0.3) of these keys at this time:
    //
    //   const RealDate = Date, at = RealDate.UTC(2026, 10, 23, 9, 0, 0);
    //   global.Date = class extends RealDate { constructor(...a) { a.length ? super(...a) : super(at); } static now() { return at; } };
    //   const { generateAuthTokenFromCredentialsProvider: sign } = require('aws-msk-iam-sasl-signer-js');
    //   const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
    //   (async () => {
    //     for (const [region, sessionToken] of [['eu-west-1'], ['us-east-1', 'IQoJb3JpZ2luX2VjEXAMPLE//+token/with+signs==']]) {
    //       const { token, expiryTime } = await sign({ region, awsCredentialsProvider: async () => ({ ...keys, sessionToken }) });
    //       console.log(expiryTime, token);
    //     }
    //   })();
    private const long ExpectedExpiry = 1795425300000;
    private const string UserAgent = "aws-msk-iam-sasl-signer-js/1.0.3";

    private const string Expected =
        "aHR0cHM6Ly9rYWZrYS5ldS13ZXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0JlVzZXItQWdlbnQ9YXdzLW1zay1pYW0tc2FzbC1zaWduZXItanMlMkYxLjAuMyZYLUFtei1BbGdvcml0aG09QVdTNC1ITUFDLVNIQTI1NiZYLUFtei1DcmVkZW50aWFsPUFLSURFWEFNUExFJTJGMjAyNjExMjMlMkZldS13ZXN0LTElMkZrYWZrYS1jbHVzdGVyJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMjNUMDkwMDAwWiZYLUFtei1FeHBpcmVzPTkwMCZYLUFtei1TaWduYXR1cmU9Njc0NDVlODY4NjM1NzAzY2JiZDM3Nzg4MjQ4Yjk0ZTNiZjAzNzg5YzQ1OGRkZGY1MWViZmMyMDk3YTE5NDQ0MyZYLUFtei1TaWduZWRIZWFkZXJzPWhvc3Q";

    private const string ExpectedWithSession =
        "aHR0cHM6Ly9rYWZrYS51cy1lYXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0JlVzZXItQWdlbnQ9YXdzLW1zay1pYW0tc2FzbC1zaWduZXItanMlMkYxLjAuMyZYLUFtei1BbGdvcml0aG09QVdTNC1ITUFDLVNIQTI1NiZYLUFtei1DcmVkZW50aWFsPUFLSURFWEFNUExFJTJGMjAyNjExMjMlMkZ1cy1lYXN0LTElMkZrYWZrYS1jbHVzdGVyJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMjNUMDkwMDAwWiZYLUFtei1FeHBpcmVzPTkwMCZYLUFtei1TZWN1cml0eS1Ub2tlbj1JUW9KYjNKcFoybHVYMlZqRVhBTVBMRSUyRiUyRiUyQnRva2VuJTJGd2l0aCUyQnNpZ25zJTNEJTNEJlgtQW16LVNpZ25hdHVyZT0zNWU2NmY4MjgwNWYzMTFkNTMzMDJmZTRlMjQ0ZWVhZTZhYjgwNDFiNGVlNjljYzZiNDcxNTU4OWMzYmI2YjJmJlgtQW16LVNpZ25lZEhlYWRlcnM9aG9zdA";

    private const string AccessKey = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Session = "IQoJb3JpZ2luX2VjEXAMPLE//+token/with+signs==";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_token_is_the_same_as_that_of_an_independent_signer()
    {
        var token = await Tokens("eu-west-1", new BasicAWSCredentials(AccessKey, SecretKey)).FetchAsync(Token);

        Assert.Equal(Expected, token.Value);
        Assert.Equal(ExpectedExpiry, token.ExpiresAt.ToUnixTimeMilliseconds());
        Assert.Equal(AccessKey, token.Principal);
    }

    [Fact]
    public async Task A_token_of_temporary_credentials_is_the_same_too()
    {
        var token = await Tokens("us-east-1", new SessionAWSCredentials(AccessKey, SecretKey, Session)).FetchAsync(Token);

        Assert.Equal(ExpectedWithSession, token.Value);
        Assert.Equal(ExpectedExpiry, token.ExpiresAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_token_is_not_good_for_longer_than_the_keys_that_sign_it()
    {
        var end = _time.GetUtcNow().AddMinutes(4);

        var token = await Tokens("eu-west-1", new Expiring(end)).FetchAsync(Token);

        Assert.Equal(end, token.ExpiresAt);
    }

    [Fact]
    public async Task Options_are_all_that_the_listener_needs()
    {
        var options = new KafkaTransportOptions { BootstrapServers = "localhost:9098" }.UseMskIam("eu-west-1", new BasicAWSCredentials(AccessKey, SecretKey));

        Assert.Equal((true, KafkaAuthentication.OAuthBearer), (options.UseTls, options.Authentication));
        var before = TimeProvider.System.GetUtcNow();
        var token = await options.TokenProvider!(Token);
        var url = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Value));
        Assert.StartsWith("https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&User-Agent=messaging-kit&X-Amz-Algorithm=", url, StringComparison.Ordinal);
        Assert.InRange(token.ExpiresAt, before.AddMinutes(15), before.AddMinutes(16));
        Assert.DoesNotContain(SecretKey, url, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_region_and_credentials_are_one_identity()
    {
        var credentials = new BasicAWSCredentials(AccessKey, SecretKey);

        Assert.Equal(Provider("eu-west-1", credentials), Provider("eu-west-1", credentials));
        Assert.Equal(Provider("eu-west-1"), Provider("eu-west-1"));
        Assert.NotEqual(Provider("eu-west-1", credentials), Provider("us-east-1", credentials));
        Assert.NotEqual(Provider("eu-west-1", credentials), Provider("eu-west-1", new BasicAWSCredentials("other", SecretKey)));
        Assert.NotEqual(Provider("eu-west-1", credentials), Provider("eu-west-1"));

        static Delegate Provider(string region, AWSCredentials? credentials = null) => new KafkaTransportOptions().UseMskIam(region, credentials).TokenProvider!;
    }

    [Fact]
    public void A_region_is_needed() => Assert.Throws<ArgumentException>(() => new KafkaTransportOptions().UseMskIam(" "));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MskIamTokens Tokens(string region, AWSCredentials credentials) => new(region, credentials, _time) { UserAgent = UserAgent };

    private sealed class Expiring(DateTimeOffset end) : AWSCredentials
    {
        public override DateTime? Expiration => end.UtcDateTime;

        public override ImmutableCredentials GetCredentials() => new(AccessKey, SecretKey, Session);
    }
}
