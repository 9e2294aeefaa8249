using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Samples;

/// <summary>How the samples run their hosts.</summary>
internal static class SampleHost
{
    /// <summary>The log, where it is asked for; otherwise the figures have the console for themselves.</summary>
    public static void AddLog(this ILoggingBuilder logging, bool isVerbose)
    {
        logging.ClearProviders();
        if (isVerbose)
        {
            logging.AddSimpleConsole(console => console.SingleLine = true);
        }
    }

    /// <summary>Starts or runs a host.</summary>
    /// <returns>Why it could not start, or <see langword="null"/>.</returns>
    public static async Task<string?> TryAsync(Func<Task> run)
    {
        try
        {
            await run();
            return null;
        }
        catch (Exception exception) when (exception is MessagingException or OptionsValidationException)
        {
            return $"The host could not start: {exception.Message}";
        }
        catch (OperationCanceledException)
        {
            return "Stopped while it was starting.";
        }
    }
}
