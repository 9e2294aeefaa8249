using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Messaging.Kit.Samples;

/// <summary>
/// Runs work against the database, one transaction for all that is waiting: while one commit is under way the next group gathers, so
/// that many workers cost few commits and none waits for a timer. A task ends when its work is committed, not before.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int MaxGroup = 1_000;

    private readonly Database _database;
    private readonly Channel<Work> _waiting = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _commits;

    public GroupCommit(Database database)
    {
        _database = database;
        _commits = Task.Run(CommitAsync);
    }

    /// <summary>Does something in a transaction, perhaps together with others.</summary>
    /// <param name="work">The work; what it throws concerns it alone.</param>
    /// <returns>Its result, when it is safe.</returns>
    public Task<T> RunAsync<T>(Func<Database, T> work)
    {
        var one = new Work<T>(work);
        return _waiting.Writer.TryWrite(one) ? one.Task : throw new ObjectDisposedException(nameof(GroupCommit));
    }

    public Task RunAsync(Action<Database> work) => RunAsync(database =>
    {
        work(database);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _commits;
        _database.Dispose();
    }

    private async Task CommitAsync()
    {
        var group = new List<Work>(MaxGroup);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxGroup && _waiting.Reader.TryRead(out var work))
            {
                group.Add(work);
            }

            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<Work> group)
    {
        try
        {
            // IMMEDIATE: the file is claimed for writing here, where waiting for another process is possible, and not half-way.
            _database.Execute("BEGIN IMMEDIATE");
            group.ForEach(work => work.Run(_database));
            _database.Execute("COMMIT");
        }
        catch (SqliteException exception)
        {
            RollBack();
            group.ForEach(work => work.Fail(exception));
            return;
        }

        group.ForEach(work => work.Conclude());
    }

    private void RollBack()
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There was no transaction any more.
        }
    }

    private abstract class Work
    {
        public abstract void Run(Database database);

        public abstract void Conclude();

        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<Database, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;
        private Exception? _failure;

        public Task<T> Task => _done.Task;

        public override void Run(Database database)
        {
            try
            {
                _result = work(database);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }
        }

        public override void Conclude()
        {
            if (_failure is null)
            {
                _done.SetResult(_result);
            }
            else
            {
                _done.SetException(_failure);
            }
        }

        public override void Fail(Exception exception) => _done.SetException(_failure ?? exception);
    }
}
