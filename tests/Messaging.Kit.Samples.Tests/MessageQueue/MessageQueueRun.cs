using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Messaging.Kit.Samples.Tests.MessageQueue;

/// <summary>A run of exercise 01: its files, and the processes that share them.</summary>
internal sealed class MessageQueueRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messaging-kit-sample-");
    private readonly List<SampleProcess> _processes = [];

    public string Ledger => Path.Combine(_folder.FullName, "run.ledger");

    private string SummaryFile => Path.Combine(_folder.FullName, "summary.json");

    public static SampleProcess Start(string arguments) => SampleProcess.Start("01-message-queue/MessageQueue", arguments);

    /// <summary>Starts a process on the ledger.</summary>
    public SampleProcess StartOnLedger(string arguments)
    {
        var process = Start($"{arguments} --ledger {Ledger} --summary {SummaryFile}");
        _processes.Add(process);
        return process;
    }

    /// <summary>Runs to the end, with a summary and without a ledger.</summary>
    public async Task<Summary> RunAsync(string arguments)
    {
        using var process = Start($"{arguments} --summary {SummaryFile}");
        return await EndAsync(process);
    }

    /// <summary>Runs to the end on the ledger.</summary>
    public async Task<Summary> RunOnLedgerAsync(string arguments) => await EndAsync(StartOnLedger(arguments));

    /// <summary>Waits for the end of a process, and reads the summary that it wrote.</summary>
    public async Task<Summary> EndAsync(SampleProcess process)
    {
        var exitCode = await process.WaitAsync();
        Assert.True(File.Exists(SummaryFile), $"It wrote no summary and exited with {exitCode}. It says:{Environment.NewLine}{process.Output}");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken));
        return new Summary(exitCode, process.Output, json.RootElement.Clone());
    }

    /// <summary>Waits until so many messages have been handled.</summary>
    public async Task HandledAsync(int count) => await ReachedAsync("SELECT COUNT(*) FROM handled", count);

    /// <summary>Waits until so many messages have been accepted.</summary>
    public async Task AcceptedAsync(int count) => await ReachedAsync("SELECT COUNT(*) FROM sent WHERE accepted = 1", count);

    /// <summary>Changes the ledger behind the sample's back.</summary>
    public void Tamper(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, $"Nothing was changed by: {sql}");
    }

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _folder.Delete(recursive: true);
    }

    private async Task ReachedAsync(string sql, int count)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        while (Count(sql) < count)
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    private long Count(string sql)
    {
        if (!File.Exists(Ledger))
        {
            return 0;
        }

        using var connection = Open();
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

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Ledger};Pooling=False");
        connection.Open();
        return connection;
    }
}
