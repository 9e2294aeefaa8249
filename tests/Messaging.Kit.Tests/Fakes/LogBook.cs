using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogBook : ILogger, ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text, Exception? Failure)> _lines = new();

    public IReadOnlyList<(LogLevel Level, string Text, Exception? Failure)> Lines => [.. _lines];

    /// <summary>What happens when a line is written; throwing is a log that fails.</summary>
    public Action<string>? OnLine { get; set; }

    public bool Has(LogLevel level, string part) => _lines.Any(line => line.Level == level && line.Text.Contains(part, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(logLevel, formatter(state, exception), exception);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string text, Exception? failure)
    {
        OnLine?.Invoke(text);
        _lines.Enqueue((level, text, failure));
    }
}
