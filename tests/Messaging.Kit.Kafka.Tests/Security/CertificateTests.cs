using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka.Tests.Security;

/// <summary>Mutual TLS: what a broker that asks for the client's certificate is shown. The brokers of the tests do not ask.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string KeyPassword = "sesame";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kit-certificates");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_client_shows_its_certificate()
    {
        using var server = Make("CN=localhost", out _);
        using var client = Make("CN=client", out var key);
        var shown = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, server, shown);
        var options = new KafkaTransportOptions
        {
            BootstrapServers = listener.LocalEndpoint.ToString(),
            UseTls = true,
            CaLocation = Write("ca.pem", server.ExportCertificatePem()),
            CertificateLocation = Write("certificate.pem", client.ExportCertificatePem()),
            KeyLocation = Write("key.pem", key),
            KeyPassword = KeyPassword,
        };
        Assert.True(new KafkaTransportOptionsValidator().Validate(null, options).Succeeded);

        using var admin = new AdminClientBuilder(KafkaClientSettings.ForAdmin(options)).SetLogHandler((_, _) => { }).Build();

        Assert.Equal(client.Thumbprint, await shown.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken));
        listener.Stop();
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, TaskCompletionSource<string> shown)
    {
        while (!shown.Task.IsCompleted)
        {
            using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, remote, _, _) => remote is not null && shown.TrySetResult(remote.GetCertHashString()),
            });
        }
    }

    private static X509Certificate2 Make(string name, out string key)
    {
        using var keys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, keys, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        key = keys.ExportEncryptedPkcs8PrivateKeyPem(KeyPassword, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
