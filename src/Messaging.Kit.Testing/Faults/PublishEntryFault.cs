using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Messaging.Kit.Testing.Faults;

/// <summary>The same as <see cref="EntryFault"/> for <c>PublishBatch</c> of SNS: a form that goes, XML that comes.</summary>
internal sealed class PublishEntryFault(Func<int, Func<double>, bool> fails) : Fault
{
    public const string Operation = "PublishBatch";

    private const string Prefix = "PublishBatchRequestEntries.member.";

    internal override async Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken)
    {
        var pairs = Encoding.UTF8.GetString(call.Request.Body).Split('&');
        var entries = pairs.Where(pair => pair.StartsWith(Prefix, StringComparison.Ordinal)).GroupBy(NumberOf).OrderBy(entry => entry.Key).ToArray();
        var failed = entries.Where((_, index) => fails(index, call.Random)).ToArray();
        call.EntriesFailed(failed.Length);

        XNamespace xmlns = "http://sns.amazonaws.com/doc/2010-03-31/";
        var answer = new XElement(xmlns + "PublishBatchResponse", new XElement(xmlns + "PublishBatchResult"));
        if (failed.Length < entries.Length)
        {
            // The numbers of those that are left have no gaps.
            var kept = entries.Except(failed).SelectMany((entry, index) => entry.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index + 1}{FieldOf(pair)}")));
            var body = string.Join('&', pairs.Where(pair => !pair.StartsWith(Prefix, StringComparison.Ordinal)).Concat(kept));
            var response = await call.ForwardAsync(failed.Length == 0 ? call.Request : call.Request with { Body = Encoding.UTF8.GetBytes(body) }, cancellationToken);
            if (failed.Length == 0 || response is not { Status: 200 })
            {
                return response;
            }

            answer = XDocument.Parse(Encoding.UTF8.GetString(response.Body)).Root!;
            xmlns = answer.Name.Namespace;
        }

        var result = answer.Element(xmlns + "PublishBatchResult")!;
        var failures = result.Element(xmlns + "Failed");
        if (failures is null)
        {
            result.Add(failures = new XElement(xmlns + "Failed"));
        }

        failures.Add(failed.Select(entry => new XElement(
            xmlns + "member",
            new XElement(xmlns + "Id", IdOf(entry)),
            new XElement(xmlns + "Code", "InternalError"),
            new XElement(xmlns + "Message", "Failed by the fault proxy."),
            new XElement(xmlns + "SenderFault", "false"))));
        return ProxyResponse.Make(200, "text/xml", answer.ToString(SaveOptions.DisableFormatting));
    }

    private static int NumberOf(string pair) => int.Parse(pair.AsSpan(Prefix.Length, pair.IndexOf('.', Prefix.Length) - Prefix.Length), CultureInfo.InvariantCulture);

    private static string FieldOf(string pair) => pair[pair.IndexOf('.', Prefix.Length)..];

    private static string IdOf(IEnumerable<string> entry) =>
        Uri.UnescapeDataString(entry.Select(FieldOf).First(field => field.StartsWith(".Id=", StringComparison.Ordinal))[".Id=".Length..]);
}
