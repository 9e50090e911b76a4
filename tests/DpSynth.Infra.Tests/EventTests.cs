using DpSynth.Functions.Runs;
using DpSynth.Infra.Tests.Deployments;
using DpSynth.Storage.Layout;

namespace DpSynth.Infra.Tests;

public class EventTests
{
    private const string Containers = "/blobServices/default/containers/";
    private const string Delivery = "properties.deliveryWithResourceIdentity";

    [Fact]
    public void Uploads_are_announced_on_dataset_events()
    {
        var subscription = Subscription("evgt-dpsynth-uploads/dataset-events");
        Assert.Equal(ExchangeLayout.DatasetEvents, subscription.Value($"{Delivery}.destination.properties.queueName"));
        Assert.Equal($"{Containers}{PrivateLayout.Data}/blobs/", subscription.Value("properties.filter.subjectBeginsWith"));
        Assert.Empty(subscription.At("properties.filter.advancedFilters")!.AsArray());
        Assert.Equal(Account("stprivate").Id, Topic("evgt-dpsynth-uploads").Value("properties.source"));
    }

    [Fact]
    public void Request_files_are_announced_but_not_what_the_app_itself_writes_there()
    {
        var subscription = Subscription("evgt-dpsynth-requests/request-files");
        Assert.Equal(ExchangeLayout.RequestFiles, subscription.Value($"{Delivery}.destination.properties.queueName"));
        Assert.Equal($"{Containers}{ExchangeLayout.Requests}/blobs/", subscription.Value("properties.filter.subjectBeginsWith"));
        Assert.Equal(ExchangeLayout.RequestFileSuffix, subscription.Value("properties.filter.subjectEndsWith"));
        var filter = Assert.Single(subscription.At("properties.filter.advancedFilters")!.AsArray())!;
        Assert.Equal(("StringNotBeginsWith", "subject"), (filter["operatorType"]!.GetValue<string>(), filter["key"]!.GetValue<string>()));
        Assert.Equal(
            ExchangeLayout.OwnRequestPrefixes.Select(prefix => $"{Containers}{ExchangeLayout.Requests}/blobs/{prefix}"),
            filter["values"]!.AsArray().Select(value => value!.GetValue<string>()));
        Assert.Equal(Account("stexchange").Id, Topic("evgt-dpsynth-requests").Value("properties.source"));
    }

    [Fact]
    public void Events_that_ask_for_runs_are_delivered_as_the_app_reads_them()
    {
        var topic = Deployment.Complete.Single("Microsoft.EventGrid/topics");
        Assert.Equal(true, topic.Value("properties.disableLocalAuth"));
        Assert.Equal("SystemAssigned", topic.Value("identity.type"));
        var subscription = Deployment.Complete.Of("Microsoft.EventGrid/topics/eventSubscriptions").Single(s => s.OwnName == "run-requests");
        Assert.Equal(ExchangeLayout.RunRequests, subscription.Value($"{Delivery}.destination.properties.queueName"));
        Assert.Equal([RequestEnvelope.RunRequested], subscription.Texts("properties.filter.includedEventTypes"));
        Assert.Equal("CloudEventSchemaV1_0", subscription.Value("properties.eventDeliverySchema"));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Queues_are_delivered_to_under_the_topics_own_identity(string name)
    {
        var deployment = Deployment.Named(name);
        DeployedResource[] subscriptions =
        [
            .. deployment.Resources.Where(r => r.Type.EndsWith("/eventSubscriptions", StringComparison.Ordinal) && r.At(Delivery) is not null),
        ];
        Assert.True(subscriptions.Length >= 2);
        Assert.All(subscriptions, subscription =>
        {
            Assert.Null(subscription.At("properties.destination"));
            Assert.Equal("SystemAssigned", subscription.Value($"{Delivery}.identity.type"));
            Assert.Equal("StorageQueue", subscription.Value($"{Delivery}.destination.endpointType"));
            Assert.EndsWith(
                $"stexchange{deployment.Suffix}", (string)subscription.Value($"{Delivery}.destination.properties.resourceId")!, StringComparison.Ordinal);
        });
        Assert.All(deployment.Of("Microsoft.EventGrid/systemTopics"), topic => Assert.Equal("SystemAssigned", topic.Value("identity.type")));
    }

    [Fact]
    public void Worker_is_scaled_from_zero_by_its_job_queue()
    {
        var worker = Deployment.Standard.Single("Microsoft.App/containerApps");
        Assert.Equal(0, worker.Value("properties.template.scale.minReplicas"));
        var rule = Assert.Single(worker.At("properties.template.scale.rules")!.AsArray())!["azureQueue"]!;
        Assert.Equal(ExchangeLayout.GenerationJobs, rule["queueName"]!.GetValue<string>());
        Assert.Equal($"stexchange{Deployment.Standard.Suffix}", rule["accountName"]!.GetValue<string>());
        Assert.Equal(
            Deployment.Standard.Of("Microsoft.ManagedIdentity/userAssignedIdentities").Single(identity => identity.Name == "id-dpsynth-worker").Id,
            rule["identity"]!.GetValue<string>());
    }

    private static DeployedResource Subscription(string name) =>
        Deployment.Standard.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions").Single(subscription => subscription.Name == name);

    private static DeployedResource Topic(string name) => Deployment.Standard.Of("Microsoft.EventGrid/systemTopics").Single(topic => topic.Name == name);

    private static DeployedResource Account(string name) => Deployment.Standard.Of("Microsoft.Storage/storageAccounts").Single(account => account.Name == name);
}
