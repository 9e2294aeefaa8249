using System.Text.Json;

namespace Messaging.Kit.Samples.Tests;

/// <summary>How a run ended: its exit code, what it said, and the JSON it wrote.</summary>
internal sealed record Summary(int ExitCode, string Output, JsonElement Json)
{
    public long Published => Number("published");

    public long Handled => Number("handled");

    public long DeadLettered => Number("deadLettered");

    public long DuplicatesSuppressed => Number("duplicatesSuppressed");

    public long Lost => Number("lost");

    public long OutOfOrder => Number("outOfOrder");

    /// <summary>The run reconciled: all of this, and in the order of the keys.</summary>
    public void ShouldReconcile(int published, int deadLettered)
    {
        Assert.True(ExitCode == 0, $"The exit code is {ExitCode}. It says:{Environment.NewLine}{Output}");
        Assert.Contains("RECONCILED: ", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NOT RECONCILED", Output, StringComparison.Ordinal);
        Assert.Equal((published, published - deadLettered, deadLettered, 0, 0), (Published, Handled, DeadLettered, Lost, OutOfOrder));
    }

    /// <summary>The run reconciled, and every order was completed or compensated.</summary>
    public void ShouldSettle(int placed, int compensated)
    {
        ShouldReconcile(placed, deadLettered: 0);
        Assert.Equal((placed - compensated, compensated), (Number("completed"), Number("compensated")));
    }

    public void ShouldNotReconcile(string because)
    {
        Assert.Equal(1, ExitCode);
        Assert.Contains("NOT RECONCILED", Output, StringComparison.Ordinal);
        Assert.Contains(because, Output, StringComparison.Ordinal);
    }

    private long Number(string name) => Json.GetProperty(name).GetInt64();
}
