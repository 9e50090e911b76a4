using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace DpSynth.LocalHost.Settings;

/// <summary>
/// What the local host obeys of <c>host.json</c>; everything has the documented default. Values can be overridden by settings named
/// <c>AzureFunctionsJobHost__extensions__queues__batchSize</c> and so on.
/// </summary>
internal sealed record HostJson
{
    /// <summary>Queue messages received at a time, 1 to 32.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>New messages are fetched when no more than this many are at work.</summary>
    public int NewBatchThreshold { get; init; } = 8;

    /// <summary>Tries before a message is poisoned.</summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a failed message stays invisible before the next try.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>The longest wait between two looks into an empty queue.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a message at work stays invisible. Not in host.json: Azure's host has these 10 minutes fixed.</summary>
    public TimeSpan QueueLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether message bodies are base64.</summary>
    public bool Base64Messages { get; init; } = true;

    /// <summary>What HTTP routes begin with; may be empty.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>The task hub's name.</summary>
    public string HubName { get; init; } = "TestHubName";

    /// <summary>How many activities may run at once.</summary>
    public int MaxConcurrentActivities { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>How many orchestrators may take a step at once.</summary>
    public int MaxConcurrentOrchestrators { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>How long a function may run; null: as long as it likes.</summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The section <c>logging</c>.</summary>
    public IConfiguration? Logging { get; init; }

    /// <summary>Reads a file, if it is there, under the overrides of the configuration.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or a value is out of range.</exception>
    public static HostJson Read(string path, IConfiguration configuration)
    {
        IConfiguration file;
        try
        {
            file = new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(path), optional: true)
                .AddConfiguration(configuration.GetSection("AzureFunctionsJobHost"))
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {e.InnerException?.Message ?? e.Message}", e);
        }

        var defaults = new HostJson();
        var queues = new Section(path, file.GetSection("extensions:queues"), configuration);
        var durable = new Section(path, file.GetSection("extensions:durableTask"), configuration);
        var batchSize = queues.Integer("batchSize", defaults.BatchSize, 1, 32);
        return new HostJson
        {
            BatchSize = batchSize,
            NewBatchThreshold = queues.Integer("newBatchThreshold", batchSize / 2, 0, 1000),
            MaxDequeueCount = queues.Integer("maxDequeueCount", defaults.MaxDequeueCount, 1, 1000),
            VisibilityTimeout = queues.Time("visibilityTimeout", defaults.VisibilityTimeout),
            MaxPollingInterval = queues.Time("maxPollingInterval", defaults.MaxPollingInterval),
            Base64Messages = queues.Text("messageEncoding", "base64") switch
            {
                "base64" => true,
                "none" => false,
                var other => throw queues.Invalid("messageEncoding", other, "base64 or none"),
            },
            RoutePrefix = file["extensions:http:routePrefix"] ?? defaults.RoutePrefix,
            HubName = durable.Text("hubName", defaults.HubName),
            Logging = file.GetSection("logging"),
            MaxConcurrentActivities = durable.Integer("maxConcurrentActivityFunctions", defaults.MaxConcurrentActivities, 1, 10_000),
            MaxConcurrentOrchestrators = durable.Integer("maxConcurrentOrchestratorFunctions", defaults.MaxConcurrentOrchestrators, 1, 10_000),
            FunctionTimeout = file["functionTimeout"] switch
            {
                null => defaults.FunctionTimeout,
                "-1" => null,
                var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero => value,
                var text => throw new InvalidDataException($"{path}: functionTimeout is '{text}'; it must be a time such as 00:30:00, or -1 for none."),
            },
        };
    }

    /// <summary>Replaces <c>%NAME%</c> by the setting of that name.</summary>
    /// <exception cref="InvalidDataException">There is no such setting.</exception>
    public static string Resolve(string text, IConfiguration configuration)
    {
        var parts = text.Split('%');
        for (var i = 1; i < parts.Length - 1; i += 2)
        {
            parts[i] = configuration[parts[i]]
                ?? throw new InvalidDataException($"'{text}' refers to the setting {parts[i]}, which is not set.");
        }

        return parts.Length % 2 == 1 ? string.Concat(parts) : text;
    }

    private sealed class Section(string path, IConfigurationSection section, IConfiguration settings)
    {
        public string Text(string name, string otherwise) =>
            section[name] is { Length: > 0 } text ? Resolve(text, settings) : otherwise;

        public int Integer(string name, int otherwise, int min, int max)
        {
            var text = section[name];
            return text is null ? otherwise
                : int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value
                : throw Invalid(name, text, $"a number from {min} to {max}");
        }

        public TimeSpan Time(string name, TimeSpan otherwise)
        {
            var text = section[name];
            return text is null ? otherwise
                : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero ? value
                : throw Invalid(name, text, "a time such as 00:00:05");
        }

        public InvalidDataException Invalid(string name, string text, string expected) =>
            new($"{path}: {section.Path.Replace(':', '.')}.{name} is '{text}'; it must be {expected}.");
    }
}
