using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.Pipeline;

public sealed class MessagePipelineTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly FakeSender _sender = new();
    private readonly List<string> _steps = [];

    [Fact]
    public async Task Steps_run_in_the_order_in_which_they_were_added_the_first_outermost()
    {
        await using var app = await App.Start(
            kit =>
            {
                kit.Consume(_ => new FakeSource("orders", _receiver))
                    .Use((context, next) => Step("lambda", context, next))
                    .Use(environment => new FactoryStep(_steps, environment.Name))
                    .Use<ServiceStep>()
                    .Handle<string>("test", (message, _, _) =>
                    {
                        _steps.Add($"handle {message}");
                        return default;
                    });
                kit.Publish<string>("test", _ => new FakeDestination("out", _sender))
                    .Use((context, next) => Step("lambda", context, next))
                    .Use(environment => new PublishStep(_steps, environment.Name));
            },
            services => services.AddSingleton(_steps));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(["lambda in", "factory of orders in", "service in", "handle 1", "service out", "factory of orders out", "lambda out"], _steps);

        _steps.Clear();
        await Wait.For(app.Bus.PublishAsync("text"));
        Assert.Equal(["lambda in", "publish to out in", "publish to out out", "lambda out"], _steps);
    }

    [Fact]
    public async Task Step_from_the_services_keeps_the_lifetime_it_was_registered_with()
    {
        var made = 0;
        await using var app = new App(
            kit =>
            {
                kit.Consume(_ => new FakeSource("a")).Use<ServiceStep>().Handle<string>("test", (_, _, _) => default);
                kit.Consume(_ => new FakeSource("b")).Use<ServiceStep>().Handle<string>("test", (_, _, _) => default);
            },
            services => services.AddTransient(_ =>
            {
                made++;
                return new ServiceStep(_steps);
            }));
        Assert.Equal(2, app.Runtime.Consumers.Count);
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task Step_may_answer_itself_and_run_the_rest_more_than_once()
    {
        var handled = 0;
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver))
            .Use(async (context, next) =>
            {
                if (context.MessageId == "skip")
                {
                    return;
                }

                await next(context);
                await next(context);
            })
            .Handle<string>("test", (_, _, _) =>
            {
                handled++;
                return default;
            }));
        _receiver.Deliver("skip", "twice");
        await Wait.Until(() => _receiver.Acked.Count() == 2);
        Assert.Equal(2, handled);
    }

    [Fact]
    public async Task Steps_leave_things_for_one_another()
    {
        object? found = null;
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver))
            .Use((context, next) =>
            {
                context.Items["key"] = 42;
                return next(context);
            })
            .Handle<string>("test", (_, context, _) =>
            {
                found = context.Items["key"];
                return default;
            }));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(42, found);
    }

    [Fact]
    public async Task Publish_step_may_change_what_is_sent()
    {
        await using var app = new App(kit => kit.Publish<string>("test", _ => new FakeDestination("out", _sender)).Use((context, next) =>
        {
            Assert.Equal("text", context.Message);
            context.Envelope.Body = "other"u8.ToArray();
            context.Envelope.ContentType = "text/plain";
            context.Envelope.Headers.Set("added", "1");
            return next(context);
        }));
        await Wait.For(app.Bus.PublishAsync("text"));
        var sent = Assert.Single(_sender.Sent);
        Assert.Equal(("other", "text/plain", "1"), (sent.Text, sent.Envelope.ContentType, sent.Headers["added"]));
    }

    private async ValueTask Step<TContext>(string name, TContext context, MessageDelegate<TContext> next)
        where TContext : MessageContext
    {
        _steps.Add($"{name} in");
        await next(context);
        _steps.Add($"{name} out");
    }

    private sealed class FactoryStep(List<string> steps, string name) : IMessageMiddleware<ConsumeContext>
    {
        public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
        {
            steps.Add($"factory of {name} in");
            await next(context);
            steps.Add($"factory of {name} out");
        }
    }

    private sealed class ServiceStep(List<string> steps) : IMessageMiddleware<ConsumeContext>
    {
        public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
        {
            steps.Add("service in");
            await next(context);
            steps.Add("service out");
        }
    }

    private sealed class PublishStep(List<string> steps, string name) : IMessageMiddleware<PublishContext>
    {
        public async ValueTask InvokeAsync(PublishContext context, MessageDelegate<PublishContext> next)
        {
            steps.Add($"publish to {name} in");
            await next(context);
            steps.Add($"publish to {name} out");
        }
    }
}
