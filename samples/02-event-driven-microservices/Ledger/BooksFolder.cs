namespace EventDrivenMicroservices;

/// <summary>Where the books are: the folder that the user names, or one that is gone with the run.</summary>
internal sealed class BooksFolder : IDisposable
{
    private readonly DirectoryInfo? _temporary;

    public BooksFolder(string? path)
    {
        _temporary = path is null ? Directory.CreateTempSubdirectory("messaging-kit-shop-") : null;
        Path = path is null ? _temporary!.FullName : Directory.CreateDirectory(path).FullName;
    }

    public string Path { get; }

    public void Dispose() => _temporary?.Delete(recursive: true);
}
