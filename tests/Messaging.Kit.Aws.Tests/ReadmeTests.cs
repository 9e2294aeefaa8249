using System.Runtime.CompilerServices;

namespace Messaging.Kit.Aws.Tests;

public sealed class ReadmeTests
{
    [Theory]
    [InlineData("Sns")]
    [InlineData("EventBridge")]
    public void Class_over_AWSs_own_client_is_the_one_that_is_compiled(string service)
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
        var code = File.ReadAllText(Path.Combine(root, "tests", "Messaging.Kit.Aws.Official", $"Official{service}Client.cs"));

        Assert.Contains($"```csharp\n{code}```\n", File.ReadAllText(Path.Combine(root, "src", $"Messaging.Kit.{service}", "README.md")), StringComparison.Ordinal);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
