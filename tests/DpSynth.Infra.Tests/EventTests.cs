using DpSynth.Functions.Runs;
using DpSynth.Infra.Tests.Bicep;
using DpSynth.Storage.Layout;

namespace DpSynth.Infra.Tests;

public class EventTests
{
    private const string Containers = "/blobServices/default/containers/";

    [Fact]
    public void Uploads_are_announced_on_dataset_events()
    {
        var given = Subscription("uploadsSubscription");
        Assert.Equal(ExchangeLayout.DatasetEvents, Text(given["queueName"]));
        Assert.Equal($"{Containers}{PrivateLayout.Data}/blobs/", Text(given["subjectBeginsWith"]));
        Assert.Empty(((List)given["notBeneath"]!).Items);
    }

    [Fact]
    public void Request_files_are_announced_but_not_what_the_app_itself_writes_there()
    {
        var given = Subscription("requestFilesSubscription");
        Assert.Equal(ExchangeLayout.RequestFiles, Text(given["queueName"]));
        Assert.Equal($"{Containers}{ExchangeLayout.Requests}/blobs/", Text(given["subjectBeginsWith"]));
        Assert.Equal(ExchangeLayout.RequestFileSuffix, Text(given["subjectEndsWith"]));
        Assert.Equal(
            ExchangeLayout.OwnRequestPrefixes.Select(prefix => $"{Containers}{ExchangeLayout.Requests}/blobs/{prefix}"),
            ((List)given["notBeneath"]!).Items.Select(Text));
    }

    [Fact]
    public void Events_that_ask_for_runs_are_delivered_as_the_app_reads_them()
    {
        var topic = (Map)Repository.Module("request-topic").Resources.Single().Properties["properties"]!;
        Assert.Equal(true, ((Constant)topic["disableLocalAuth"]!).Value);
        var subscription = (Map)Repository.Module("request-events").Resources.Single(resource => !resource.Existing).Properties["properties"]!;
        Assert.Null(subscription["destination"]);
        var delivery = (Map)subscription["deliveryWithResourceIdentity"]!;
        Assert.Equal("SystemAssigned", Text(((Map)delivery["identity"]!)["type"]));
        Assert.Equal(ExchangeLayout.RunRequests, Text(((Map)((Map)delivery["destination"]!)["properties"]!)["queueName"]));
        Assert.Equal([RequestEnvelope.RunRequested], ((List)((Map)subscription["filter"]!)["includedEventTypes"]!).Items.Select(Text));
    }

    [Fact]
    public void Delivery_is_under_the_topics_own_identity()
    {
        var subscription = Repository.Module("blob-events").Resources.Single(resource => !resource.Existing);
        var properties = (Map)subscription.Properties["properties"]!;
        Assert.Null(properties["destination"]);
        Assert.Equal("SystemAssigned", Text(((Map)((Map)properties["deliveryWithResourceIdentity"]!)["identity"]!)["type"]));
        Assert.All(
            Repository.Module("events").Resources,
            topic => Assert.Equal("SystemAssigned", Text(((Map)topic.Properties["identity"]!)["type"])));
    }

    [Fact]
    public void Worker_is_scaled_from_zero_by_its_job_queue()
    {
        var scale = Repository.Module("worker").Expressions.SelectMany(expression => expression.All()).OfType<Map>().Select(map => map["scale"]).OfType<Map>().Single();
        Assert.Equal(0, ((Constant)scale["minReplicas"]!).Value);
        var rule = (Map)((Map)((List)scale["rules"]!).Items.Single())["azureQueue"]!;
        Assert.Equal(ExchangeLayout.GenerationJobs, Text(rule["queueName"]));
        Assert.Equal("identityId", ((Name)rule["identity"]!).Value);
    }

    private static Map Subscription(string module) =>
        (Map)Repository.Module("events").Modules.Single(m => m.Symbol == module).Properties["params"]!;

    private static string Text(Expression? expression) => ((Text)expression!).Value;
}
