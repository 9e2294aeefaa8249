using System.Runtime.CompilerServices;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>Waits that end: each says what it waited for when that did not come.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task For(Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Patience, Stop);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"'{what}' has not ended within {Patience}.");
        }
    }

    public static async Task<T> For<T>(Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await For((Task)task, what);
        return await task;
    }

    public static Task For(ValueTask task, [CallerArgumentExpression(nameof(task))] string what = "") => For(task.AsTask(), what);

    /// <summary>Awaits a condition that another thread makes true.</summary>
    public static async Task Until(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var round = 0; !condition(); round++)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                Assert.Fail($"It has not come true within {Patience}: {what}");
            }

            await (round < 100 ? YieldAsync() : Task.Delay(1, Stop));
        }

        static async Task YieldAsync() => await Task.Yield();
    }

    public static async Task<TException> Fails<TException>(Task task, [CallerArgumentExpression(nameof(task))] string what = "")
        where TException : Exception => await Assert.ThrowsAnyAsync<TException>(() => For(task, what));

    public static Task<TException> Fails<TException>(ValueTask task, [CallerArgumentExpression(nameof(task))] string what = "")
        where TException : Exception => Fails<TException>(task.AsTask(), what);
}
