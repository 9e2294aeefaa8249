using Messaging.Kit.Kafka.Soak;

// run:     the whole soak, and what came of it; starts the others as processes of their own.
// publish: writes the messages.
// work:    one member of the group.
var settings = Settings.Parse(args.Skip(1));
switch (args.FirstOrDefault())
{
    case "run":
        return await new Soak(settings).RunAsync();
    case "publish":
        await Publisher.RunAsync(settings);
        return 0;
    case "work":
        await Worker.RunAsync(settings);
        return 0;
    default:
        Console.Error.WriteLine($"run, publish or work, with any of: {Settings.Usage}");
        return 2;
}
