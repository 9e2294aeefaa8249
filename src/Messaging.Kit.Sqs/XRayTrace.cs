using System.Buffers;

namespace Messaging.Kit.Sqs;

/// <summary>
/// A trace in the words of W3C (<c>00-{trace}-{span}-01</c>) and of X-Ray (<c>Root=1-{8}-{24};Parent={span};Sampled=1</c>), so that
/// AWS services on the way join the trace.
/// </summary>
internal static class XRayTrace
{
    private const int TraceParentLength = 55;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    public static string? FromTraceParent(ReadOnlySpan<char> traceParent)
    {
        if (traceParent.Length < TraceParentLength || traceParent[2] != '-' || traceParent[35] != '-' || traceParent[52] != '-')
        {
            return null;
        }

        var trace = traceParent[3..35];
        var span = traceParent[36..52];
        var flags = traceParent[53..55];
        if (!IsHex(trace) || !IsHex(span) || !IsHex(flags))
        {
            return null;
        }

        var sampled = (Convert.FromHexString(flags)[0] & 1) == 1 ? '1' : '0';
        return $"Root=1-{trace[..8]}-{trace[8..]};Parent={span};Sampled={sampled}";
    }

    public static string? ToTraceParent(ReadOnlySpan<char> header)
    {
        ReadOnlySpan<char> root = default, parent = default, sampled = "0";
        foreach (var range in header.Split(';'))
        {
            var field = header[range].Trim();
            if (field.StartsWith("Root="))
            {
                root = field[5..];
            }
            else if (field.StartsWith("Parent="))
            {
                parent = field[7..];
            }
            else if (field.StartsWith("Sampled="))
            {
                sampled = field[8..];
            }
        }

        if (root.Length != 35 || !root.StartsWith("1-") || root[10] != '-' || parent.Length != 16
            || !IsHex(root[2..10]) || !IsHex(root[11..]) || !IsHex(parent))
        {
            return null;
        }

        return $"00-{root[2..10]}{root[11..]}-{parent}-{(sampled is "1" ? "01" : "00")}";
    }

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Hex) < 0;
}
