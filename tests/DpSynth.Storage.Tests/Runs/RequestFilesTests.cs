using DpSynth.Storage.Layout;
using DpSynth.Storage.Runs;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Storage.Tests.Runs;

[Collection(AzuriteTests.Name)]
public sealed class RequestFilesTests(AzuriteFixture azurite)
{
    private readonly RequestFiles _files = new(azurite.Exchange);

    [Fact]
    public async Task File_is_read_as_text_without_its_byte_order_mark()
    {
        var name = await UploadAsync([0xEF, 0xBB, 0xBF, .. "{ \"é\": 1 }"u8]);
        Assert.Equal("{ \"é\": 1 }", await _files.ReadAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task File_that_is_gone_reads_as_null() =>
        Assert.Null(await _files.ReadAsync("gone.json", CancellationToken.None));

    [Fact]
    public async Task File_that_is_not_UTF8_is_refused()
    {
        var name = await UploadAsync([0xFF, 0xFE, 0x7B, 0x00]);
        Assert.Contains("UTF-8", (await Assert.ThrowsAsync<RequestException>(() => _files.ReadAsync(name, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task File_longer_than_any_request_is_refused_unread()
    {
        var name = await UploadAsync(new byte[200_000]);
        Assert.Contains("200000 bytes", (await Assert.ThrowsAsync<RequestException>(() => _files.ReadAsync(name, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Answer_lies_under_the_files_own_name_and_gives_way_to_a_later_one()
    {
        var name = AzuriteFixture.NewName("drop") + ".json";
        await _files.AnswerAsync(new RequestFileAnswer(name, null, "It is not JSON.", DateTimeOffset.UnixEpoch), CancellationToken.None);
        await _files.AnswerAsync(new RequestFileAnswer(name, "run-1", null, DateTimeOffset.UnixEpoch), CancellationToken.None);
        var blob = azurite.Exchange.Requests.GetBlobClient($"answers/{name}");
        Assert.Equal(
            $$"""{"file":"{{name}}","runId":"run-1","at":"1970-01-01T00:00:00+00:00","accepted":true}""",
            (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Theory]
    [InlineData("request.json", true)]
    [InlineData("team/request.json", true)]
    [InlineData("runs.json", true)]
    [InlineData("request.txt", false)]
    [InlineData("runs/r1.json", false)]
    [InlineData("rejected/runs/r1.json", false)]
    [InlineData("answers/request.json", false)]
    public void Request_files_are_told_from_what_the_app_writes(string name, bool isRequest) =>
        Assert.Equal(isRequest, ExchangeLayout.IsRequestFile(name));

    [Fact]
    public void No_record_of_the_app_is_taken_for_a_request_file()
    {
        string[] own =
        [
            ExchangeLayout.AcceptedRequest("r"), ExchangeLayout.RejectedRun("r"), ExchangeLayout.RejectedMessage("m"), ExchangeLayout.Answer("a/b.json"),
        ];
        Assert.DoesNotContain(own, ExchangeLayout.IsRequestFile);
    }

    private async Task<string> UploadAsync(byte[] content)
    {
        var name = AzuriteFixture.NewName("file") + ".json";
        await azurite.Exchange.Requests.UploadBlobAsync(name, BinaryData.FromBytes(content));
        return name;
    }
}
