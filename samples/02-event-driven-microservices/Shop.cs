using System.Text.Json;
using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EventDrivenMicroservices;

/// <summary>Runs the services that this process has, each in a host of its own, until all orders have come to their ends or the process is told to stop.</summary>
internal static class Shop
{
    /// <summary>Runs to the end, and says how it was.</summary>
    /// <returns>Whether all is well.</returns>
    public static async Task<bool> RunAsync(Options options, Books books)
    {
        var broker = new Broker(options, books.Keep("name", options.Name ?? $"mk02-{books.Run}"));

        // The one that begins everything comes last, when the others are there to listen.
        List<ShopService> services = [.. ShopService.All.Where(service => options.Service is Service.All || service.Name == options.Service).OrderBy(service => service.Name == Service.Order)];
        var ledgers = services.ToDictionary(service => service.Name, service => new ServiceLedger(books.FileOf(service)));
        var hosts = new List<IHost>();
        using (new Tracing(ledgers))
        {
            Console.WriteLine($"Run {books.Run}, {(services.Count > 1 ? $"{services.Count} services" : $"{Tracing.NameOf(options.Service)} service")} on {(options.Transport == Transport.Aws ? $"EventBridge, SNS and SQS, names {broker.Name}-*" : "the embedded broker")}; ledger {options.Ledger ?? "in a temporary folder"}.");
            hosts.AddRange(services.Select(service => Build(service, ledgers[service.Name], options, books, broker, hosts)));
            var refusal = await LiveAsync(services, hosts, books);
            foreach (var ledger in ledgers.Values)
            {
                await ledger.DisposeAsync();
            }

            return options.Places
                ? await ConcludeAsync(hosts[^1].Services.GetRequiredService<Referee>(), refusal, options, books, broker)
                : await ConcludeAsync(services[0], refusal, options, books);
        }
    }

    private static IHost Build(ShopService service, ServiceLedger ledger, Options options, Books books, Broker broker, IReadOnlyList<IHost> hosts)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(books);
        builder.Services.AddSingleton(ledger);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMessaging(kit =>
        {
            kit.PublishAs($"/shop/{Tracing.NameOf(service.Name)}");
            kit.Configure(broker.Configure);
            service.Add(kit, broker);
        });
        broker.AddTransport(builder.Services);

        // Stopped in the reverse order: what places orders before the bus that it publishes to.
        if (service.Name == Service.Order)
        {
            var consumers = hosts.SelectMany(host => host.Services.GetRequiredService<MessageConsumers>());
            builder.Services.AddSingleton(provider => new Referee(books, options, consumers, provider.GetRequiredService<IHostApplicationLifetime>()));
            builder.Services.AddHostedService<Placement>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<Referee>());
        }

        if (service.Name == Service.Order || !options.Places)
        {
            builder.Services.AddHostedService<Dashboard>();
        }

        builder.Logging.AddLog(options.IsVerbose);
        return builder.Build();
    }

    // The last one is the one that ends: the order service, or the only one. It is the first to stop, so that the others can end what they have.
    private static async Task<string?> LiveAsync(List<ShopService> services, List<IHost> hosts, Books books)
    {
        var started = 0;
        string? refusal = null;
        for (; started < hosts.Count && refusal is null; started++)
        {
            refusal = await SampleHost.TryAsync(() => hosts[started].StartAsync());
            if (refusal is null)
            {
                books.Announce(services[started]);
            }
        }

        if (refusal is null)
        {
            await hosts[^1].WaitForShutdownAsync();
            started--;
        }

        foreach (var host in Enumerable.Reverse(hosts[..started]))
        {
            await host.StopAsync();
        }

        return refusal;
    }

    private static async Task<bool> ConcludeAsync(Referee referee, string? refusal, Options options, Books books, Broker broker)
    {
        if (refusal is not null)
        {
            referee.Abandon(refusal);
        }

        var summary = new Summary(books, books.Reconcile(), referee);

        // Queues with names of their own are of no use to anybody after the run, unless a ledger may still go on with them.
        if (summary.IsReconciled && options is { Transport: Transport.Aws, Name: null, Ledger: null })
        {
            Console.WriteLine(await broker.DeleteAsync());
        }

        Console.WriteLine(summary);
        if (options.Summary is not null)
        {
            await File.WriteAllTextAsync(options.Summary, summary.ToJson());
        }

        return summary.IsReconciled;
    }

    // One service knows what it has done, and not whether that is all: this is for the order service to say.
    private static async Task<bool> ConcludeAsync(ShopService service, string? refusal, Options options, Books books)
    {
        var figures = books.FiguresOf(service);
        Console.WriteLine(refusal ?? $"Stopped. {Summary.Describe(figures)}");
        if (options.Summary is not null)
        {
            await File.WriteAllTextAsync(options.Summary, JsonSerializer.Serialize(figures.ToDictionary()));
        }

        return refusal is null;
    }
}
