namespace Messaging.Kit.Tests.House;

public sealed class ReadmeTests
{
    [Theory]
    [InlineData("Sns")]
    [InlineData("EventBridge")]
    public void Class_over_AWSs_own_client_is_the_one_that_is_compiled(string service)
    {
        var code = File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Messaging.Kit.Aws.Official", $"Official{service}Client.cs"));

        Assert.Contains($"```csharp\n{code}```\n", File.ReadAllText(Path.Combine(Checkout.Root, "src", $"Messaging.Kit.{service}", "README.md")), StringComparison.Ordinal);
    }
}
