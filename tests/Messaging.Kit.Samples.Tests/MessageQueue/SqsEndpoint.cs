using Messaging.Kit.Testing;

namespace Messaging.Kit.Samples.Tests.MessageQueue;

/// <summary>The endpoints of SQS to run against; a test for one that is not there is skipped, and says how to have it.</summary>
internal static class SqsEndpoint
{
    public static Uri Require(string name)
    {
        if (BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, name) is { } endpoint)
        {
            return endpoint;
        }

        Assert.SkipWhen(
            Environment.GetEnvironmentVariable(TransportHarness.RequireBrokersVariable) != "true",
            $"There is no {name}: set {BrokerEndpoints.AwsVariable} to {name}=http://127.0.0.1:9324 or where it is.");
        throw new InvalidOperationException($"{BrokerEndpoints.AwsVariable} does not name {name}, and {TransportHarness.RequireBrokersVariable} says that it must be there.");
    }
}
