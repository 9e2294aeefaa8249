using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messaging.Kit.Load.Reports;

/// <summary>Numbers as JSON: what was not measured is not there.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string ToJson(object record) => JsonSerializer.Serialize(record, Indented) + Environment.NewLine;

    /// <summary>A number with as many digits as mean something; <see langword="null"/> for none at all.</summary>
    public static double? Round(double value, int digits = 2) => double.IsFinite(value) ? Math.Round(value, digits) : null;
}
