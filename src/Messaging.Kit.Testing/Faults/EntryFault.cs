using System.Text.Json.Nodes;

namespace Messaging.Kit.Testing.Faults;

/// <summary>Fails entries of a batch: takes them out of the request and puts them among the outcomes.</summary>
internal sealed class EntryFault(Func<int, Func<double>, bool> fails) : Fault
{
    private const string PutEvents = "PutEvents";
    private const string Code = "InternalError";
    private const string Message = "Failed by the fault proxy.";
    private static readonly string[] Batches = ["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", PutEvents];

    private readonly PublishEntryFault _publish = new(fails);

    internal override async Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken)
    {
        if (call.Request is { Operation: PublishEntryFault.Operation, IsQuery: true })
        {
            return await _publish.AnswerAsync(call, cancellationToken);
        }

        if (!Batches.Contains(call.Request.Operation) || call.Request.IsQuery
            || JsonNode.Parse(call.Request.Body) is not JsonObject request || request["Entries"] is not JsonArray entries)
        {
            return await call.ForwardAsync(call.Request, cancellationToken);
        }

        var failed = Enumerable.Range(0, entries.Count).Where(index => fails(index, call.Random)).ToArray();
        call.EntriesFailed(failed.Length);
        var failedIds = Array.ConvertAll(failed, index => entries[index]?["Id"]?.GetValue<string>());
        foreach (var index in failed.Reverse())
        {
            entries.RemoveAt(index);
        }

        var answer = new JsonObject();
        if (entries.Count > 0)
        {
            var response = await call.ForwardAsync(failed.Length == 0 ? call.Request : call.Request.WithBody(request), cancellationToken);
            if (failed.Length == 0 || response is not { Status: 200 })
            {
                return response;
            }

            answer = JsonNode.Parse(response.Body)!.AsObject();
        }

        Merge(answer, failed, failedIds, call.Request.Operation == PutEvents);
        return ProxyResponse.Json(200, answer);
    }

    private static void Merge(JsonObject answer, int[] failed, string?[] failedIds, bool isPutEvents)
    {
        if (isPutEvents)
        {
            // Outcomes have no id there, only their place.
            var outcomes = ArrayOf(answer, "Entries");
            foreach (var index in failed)
            {
                outcomes.Insert(index, new JsonObject { ["ErrorCode"] = Code, ["ErrorMessage"] = Message });
            }

            answer["FailedEntryCount"] = outcomes.Count(outcome => outcome?["ErrorCode"] is not null);
            return;
        }

        ArrayOf(answer, "Successful");
        var failures = ArrayOf(answer, "Failed");
        foreach (var id in failedIds)
        {
            failures.Add(new JsonObject { ["Id"] = id, ["SenderFault"] = false, ["Code"] = Code, ["Message"] = Message });
        }
    }

    private static JsonArray ArrayOf(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray array)
        {
            parent[name] = array = [];
        }

        return array;
    }
}
