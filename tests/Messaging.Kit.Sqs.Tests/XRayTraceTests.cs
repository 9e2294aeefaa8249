namespace Messaging.Kit.Sqs.Tests;

public sealed class XRayTraceTests
{
    [Theory]
    [InlineData("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")]
    [InlineData("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")]
    public void Trace_goes_there_and_back(string traceParent, string header)
    {
        Assert.Equal(header, XRayTrace.FromTraceParent(traceParent));
        Assert.Equal(traceParent, XRayTrace.ToTraceParent(header));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8")]
    [InlineData("00-5759E988BD862E3FE1BE46A994272793-53995c3f42cd8ad8-01")]
    [InlineData("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8adx-01")]
    [InlineData("00_5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    public void What_is_no_trace_parent_is_not_sent(string traceParent) => Assert.Null(XRayTrace.FromTraceParent(traceParent));

    [Theory]
    [InlineData("Sampled=1; Parent=53995c3f42cd8ad8 ;Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a:1", true)]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", true)]
    [InlineData("", false)]
    [InlineData(";;;", false)]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793", false)]
    [InlineData("Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", false)]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8", false)]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=zzzzzzzzzzzzzzzz", false)]
    public void Header_of_X_Ray_needs_a_root_and_a_parent(string header, bool isTrace) =>
        Assert.Equal(isTrace, XRayTrace.ToTraceParent(header) is not null);
}
