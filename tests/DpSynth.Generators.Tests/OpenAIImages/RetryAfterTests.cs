using System.ClientModel.Primitives;
using DpSynth.Generators.OpenAIImages.Resilience;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Retry-After", "7", 7.0)]
    [InlineData("Retry-After", "0", 0.0)]
    [InlineData("Retry-After", "Sun, 01 Nov 2026 12:00:30 GMT", 30.0)]
    [InlineData("Retry-After", "Sun, 01 Nov 2026 11:00:00 GMT", 0.0)]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("Retry-After", "-5", null)]
    [InlineData("retry-after-ms", "NaN", null)]
    [InlineData("X-Other", "5", null)]
    public void Read_knows_seconds_dates_and_milliseconds(string name, string value, double? seconds) =>
        Assert.Equal(seconds, RetryAfter.Read(new Headers { [name] = value }, _now)?.TotalSeconds);

    [Fact]
    public void Date_counts_from_the_answers_own_date()
    {
        var headers = new Headers { ["Retry-After"] = "Sun, 01 Nov 2026 09:00:20 GMT", ["Date"] = "Sun, 01 Nov 2026 09:00:05 GMT" };

        Assert.Equal(15, RetryAfter.Read(headers, _now)?.TotalSeconds);
    }

    private sealed class Headers : PipelineResponseHeaders
    {
        private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

        public string this[string name]
        {
            set => _values[name] = value;
        }

        public override IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

        public override bool TryGetValue(string name, out string? value) => _values.TryGetValue(name, out value);

        public override bool TryGetValues(string name, out IEnumerable<string>? values)
        {
            values = _values.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
