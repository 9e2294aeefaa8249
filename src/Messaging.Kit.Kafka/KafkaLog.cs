using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>The client's own log, in the application's.</summary>
internal static partial class KafkaLog
{
    public static void Write(ILogger logger, LogMessage message)
    {
        var level = (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging);
        Log(logger, level, message.Name, message.Facility, message.Message);
    }

    [LoggerMessage(Message = "{Client} {Facility}: {Text}")]
    private static partial void Log(ILogger logger, LogLevel level, string client, string facility, string text);
}
