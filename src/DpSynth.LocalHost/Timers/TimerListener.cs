using DpSynth.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NCrontab;

namespace DpSynth.LocalHost.Timers;

/// <summary>Starts one timer-triggered function at its times; a run that outlasts the next time makes that one late, not double.</summary>
internal sealed partial class TimerListener(
    FunctionEntry function, TimerTriggerAttribute trigger, string schedule, FunctionInvoker invoker, TimeProvider time, ILogger<TimerListener> logger)
    : BackgroundService
{
    private readonly CrontabSchedule _schedule = Parse(function.Name, schedule);

    /// <summary>Reads a schedule: six fields, seconds first, or five.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static CrontabSchedule Parse(string function, string schedule)
    {
        try
        {
            return CrontabSchedule.Parse(
                schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5 });
        }
        catch (CrontabException e)
        {
            throw new FormatException($"The schedule '{schedule}' of the function '{function}' cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var last = now;
        if (trigger.RunOnStartup)
        {
            await FireAsync(last, now, isPastDue: false, stoppingToken);
        }

        while (_schedule.GetNextOccurrence(last) is var due && due < DateTime.MaxValue)
        {
            while (due - time.GetUtcNow().UtcDateTime is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1), time, stoppingToken);
            }

            now = time.GetUtcNow().UtcDateTime;
            await FireAsync(last, due, isPastDue: now - due > TimeSpan.FromSeconds(1), stoppingToken);
            last = now > due ? now : due;
        }
    }

    private async Task FireAsync(DateTime last, DateTime due, bool isPastDue, CancellationToken stop)
    {
        var info = new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = new ScheduleStatus { Last = last, Next = _schedule.GetNextOccurrence(due), LastUpdated = due },
        };
        try
        {
            await invoker.InvokeAsync(
                function, type => type.IsInstanceOfType(info) ? info : null, new Dictionary<string, object?>(StringComparer.Ordinal), stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogFailed(logger, e, function.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed on its timer.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function);
}
