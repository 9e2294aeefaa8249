using Messaging.Kit.Testing;

namespace Messaging.Kit.Samples.Tests.Microservices;

/// <summary>An endpoint that has EventBridge, SNS and SQS; where it is not there, the test is skipped, and says how to have it.</summary>
internal static class AwsEndpoint
{
    private const string Name = "ministack";

    public static Uri Require()
    {
        if (BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, Name) is { } endpoint)
        {
            return endpoint;
        }

        Assert.SkipWhen(
            Environment.GetEnvironmentVariable(TransportHarness.RequireBrokersVariable) != "true",
            $"There is no {Name}: set {BrokerEndpoints.AwsVariable} to {Name}=http://127.0.0.1:4566 or where it is.");
        throw new InvalidOperationException($"{BrokerEndpoints.AwsVariable} does not name {Name}, and {TransportHarness.RequireBrokersVariable} says that it must be there.");
    }
}
