namespace Messaging.Kit.Routing.Templates;

/// <summary>Reads the names and paths of a transformer.</summary>
internal static class TransformerPaths
{
    private const int MaxPaths = 100, MaxNameLength = 256;

    public static Dictionary<string, EventPath> Read(IReadOnlyDictionary<string, string> paths)
    {
        if (paths.Count > MaxPaths)
        {
            throw new InputTransformerException($"There are {paths.Count} paths, and {MaxPaths} are allowed.");
        }

        var read = new Dictionary<string, EventPath>();
        foreach (var (name, path) in paths)
        {
            if (name.Length is 0 or > MaxNameLength || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            {
                throw new InputTransformerException($"'{name}' is no name: it takes 1 to {MaxNameLength} letters, digits, dashes and underscores.");
            }

            if (name.StartsWith("AWS", StringComparison.Ordinal))
            {
                throw new InputTransformerException($"The name '{name}' begins with AWS, which is reserved.");
            }

            try
            {
                read.Add(name, EventPath.Parse(path ?? throw new FormatException("it is null.")));
            }
            catch (FormatException exception)
            {
                throw new InputTransformerException($"The path '{path}' of '{name}' is wrong: {exception.Message}", exception);
            }
        }

        return read;
    }
}
