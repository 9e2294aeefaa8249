using System.Buffers;
using Amazon.Runtime;

namespace Messaging.Kit.Aws;

/// <summary>A call of a thin client, which writes its own body and reads its own answer.</summary>
/// <param name="operation">What AWS calls it. The type has this name and <c>Request</c>, for the SDK names its spans and metrics after the type.</param>
internal abstract class AwsRequest(string operation) : AmazonWebServiceRequest
{
    public string Operation => operation;

    /// <summary>About how many bytes the body has; a buffer of that size is rented, and grows where it must.</summary>
    public virtual int BodyEstimate => 1024;

    /// <summary>Writes the body.</summary>
    public abstract void WriteBody(IBufferWriter<byte> body);

    /// <summary>Reads the body of an answer that says that the call succeeded.</summary>
    /// <exception cref="FormatException">It is not such an answer, or not all of it.</exception>
    public abstract AmazonWebServiceResponse ReadAnswer(ReadOnlyMemory<byte> body);
}

/// <summary>The same, with what it answers.</summary>
/// <typeparam name="TAnswer">What it answers.</typeparam>
/// <param name="operation">What AWS calls it.</param>
internal abstract class AwsRequest<TAnswer>(string operation) : AwsRequest(operation)
{
    public sealed override AmazonWebServiceResponse ReadAnswer(ReadOnlyMemory<byte> body) => new AwsResponse<TAnswer> { Answer = Read(body) };

    protected abstract TAnswer Read(ReadOnlyMemory<byte> body);
}
