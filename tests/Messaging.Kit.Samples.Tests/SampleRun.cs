using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Messaging.Kit.Samples.Tests;

/// <summary>A run of a sample: its files, and the processes that share them.</summary>
/// <param name="assembly">The folder of the sample and the name of its assembly, such as <c>01-message-queue/MessageQueue</c>.</param>
internal sealed class SampleRun(string assembly) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messaging-kit-sample-");

    // Each process writes a summary of its own.
    private readonly Dictionary<SampleProcess, string> _summaries = [];

    private string Ledger => Path.Combine(_folder.FullName, "run.ledger");

    /// <summary>Starts a process.</summary>
    public SampleProcess Start(string arguments)
    {
        var summary = Path.Combine(_folder.FullName, $"summary-{_summaries.Count}.json");
        var process = SampleProcess.Start(assembly, $"{arguments} --summary {summary}");
        _summaries.Add(process, summary);
        return process;
    }

    /// <summary>Starts a process on the ledger.</summary>
    public SampleProcess StartOnLedger(string arguments) => Start($"{arguments} --ledger {Ledger}");

    /// <summary>Runs to the end without a ledger.</summary>
    public async Task<Summary> RunAsync(string arguments) => await EndAsync(Start(arguments));

    /// <summary>Runs to the end on the ledger.</summary>
    public async Task<Summary> RunOnLedgerAsync(string arguments) => await EndAsync(StartOnLedger(arguments));

    /// <summary>Waits for the end of a process, and reads the summary that it wrote.</summary>
    public async Task<Summary> EndAsync(SampleProcess process)
    {
        var exitCode = await process.WaitAsync();
        Assert.True(File.Exists(_summaries[process]), $"It wrote no summary and exited with {exitCode}. It says:{Environment.NewLine}{process.Output}");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_summaries[process], TestContext.Current.CancellationToken));
        return new Summary(exitCode, process.Output, json.RootElement.Clone());
    }

    /// <summary>Waits until so many messages have been handled.</summary>
    public async Task HandledAsync(int count) => await ReachedAsync("SELECT COUNT(*) FROM handled", count);

    /// <summary>Waits until the ledger says so.</summary>
    /// <param name="sql">What is counted.</param>
    /// <param name="count">The least.</param>
    /// <param name="book">The file, where the ledger is a folder.</param>
    public async Task ReachedAsync(string sql, int count, string book = "")
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        while (Count(sql, book) < count)
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    /// <summary>Changes the ledger behind the sample's back.</summary>
    /// <param name="sql">The change.</param>
    /// <param name="book">The file, where the ledger is a folder.</param>
    public void Tamper(string sql, string book = "")
    {
        using var connection = Open(book);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, $"Nothing was changed by: {sql}");
    }

    public void Dispose()
    {
        foreach (var process in _summaries.Keys)
        {
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private long Count(string sql, string book)
    {
        if (!File.Exists(Path.Combine(Ledger, book)))
        {
            return 0;
        }

        using var connection = Open(book);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            return (long)command.ExecuteScalar()!;
        }
        catch (SqliteException)
        {
            return 0; // the tables are not there yet
        }
    }

    private SqliteConnection Open(string book)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Ledger, book)};Pooling=False");
        connection.Open();
        return connection;
    }
}
