using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Hosting;

public sealed record Order(string Id, int Count);

/// <summary>Remembers what reached the sample functions.</summary>
public sealed class Inbox
{
    private readonly Lock _lock = new();
    private readonly List<string> _items = [];

    public void Add(string item)
    {
        lock (_lock)
        {
            _items.Add(item);
        }
    }

    public int Count(string item)
    {
        lock (_lock)
        {
            return _items.Count(i => i == item);
        }
    }

    public async Task UntilAsync(string item, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Count(item) < count)
        {
            await Task.Delay(10, limit.Token);
        }
    }
}

public sealed class SampleApp(Inbox inbox)
{
    [Function("OnText")]
    public void OnText([QueueTrigger("texts")] string text) => inbox.Add(text);

    [Function("OnMessage")]
    public void OnMessage([QueueTrigger("%MessagesQueue%")] QueueMessage message, FunctionContext context)
    {
        inbox.Add(message.Body.ToString());
        Assert.Equal(message.MessageId, context.BindingContext.BindingData["Id"]);
    }

    [Function("OnOrder")]
    public void OnOrder([QueueTrigger("orders")] Order order, int count) => inbox.Add($"{order.Id}:{order.Count}:{count}");

    [Function("OnBroken")]
    public void OnBroken([QueueTrigger("broken")] string text)
    {
        inbox.Add(text);
        throw new InvalidOperationException("by intention");
    }

    [Function("OnDatasetEvent")]
    public void OnDatasetEvent([QueueTrigger("dataset-events")] string text)
    {
        foreach (var announced in Azure.Messaging.EventGrid.EventGridEvent.ParseMany(BinaryData.FromString(text)))
        {
            inbox.Add($"{announced.EventType} {announced.Subject}");
        }
    }

    [Function("Echo")]
    public static IActionResult Echo([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "echo/{word}")] HttpRequest request, string word) =>
        new OkObjectResult(new { word, request.Method });

    [Function("Accepted")]
    public static IResult Accepted([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        Results.Accepted("/api/elsewhere", new Order("a", 1));

    [Function("Plain")]
    public static Order Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new("b", 2);

    [Function("Fails")]
    public static IActionResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException("secret detail");

    [Function("Begin")]
    public static async Task<IActionResult> BeginAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "begin/{n:int}")] HttpRequest request,
        int n,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        new AcceptedResult("", await client.ScheduleNewOrchestrationInstanceAsync("Sum", n, cancellationToken));

    [Function("Sum")]
    public static async Task<int> SumAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var parts = await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("Itself", i)));
        return parts.Sum();
    }

    [Function("Itself")]
    public static int Itself([ActivityTrigger] int n) => n;

    [Function("EverySecond")]
    public void EverySecond([TimerTrigger("* * * * * *")] TimerInfo timer) => inbox.Add("tick");
}
