namespace Messaging.Kit.Tests.House;

/// <summary>The files of the project, of which the tests are a part.</summary>
internal static class Checkout
{
    // By its place: the paths that the compiler knows are not those of this machine when the build is a reproducible one.
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Messaging.Kit.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"Messaging.Kit.sln is not above {AppContext.BaseDirectory}.");
    }
}
