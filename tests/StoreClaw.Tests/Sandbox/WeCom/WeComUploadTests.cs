using System.Net.Http.Headers;
using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Tests.Sandbox.WeCom;

public sealed class WeComUploadTests : WeComFixture
{
    [Fact]
    public async Task An_uploaded_file_can_be_sent_by_the_same_robot_for_three_days()
    {
        const string other = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
        Platform.AddRobot(other, "Other");
        var id = await UploadedAsync();
        object message = new { msgtype = "file", file = new { media_id = id } };

        Assert.Equal(0, (await SendAsync(message)).Code);
        var file = Assert.IsType<FileContent>(Platform.Messages(Key).Single().Content);
        Assert.Equal(("report.csv", 9, "file"), (file.Name, file.Length, file.Kind));
        Assert.Equal(40007, (await SendAsync(message, other)).Code);
        Assert.Equal(40007, (await SendAsync(new { msgtype = "voice", voice = new { media_id = id } })).Code);

        Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await SendAsync(message)).Code);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(40007, (await SendAsync(message)).Code);
    }

    [Fact]
    public async Task The_answer_names_the_type_and_the_time_as_text()
    {
        using var form = Form("name=\"media\"; filename=\"a.txt\"; filelength=6", "123456");
        var answer = await UploadAsync(form);
        Assert.Equal("file", answer.GetProperty("type").GetString());
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeSeconds().ToString(), answer.GetProperty("created_at").GetString());
        Assert.Equal(1, Platform.Log.Count("upload_media"));
    }

    [Theory]
    [InlineData("name=\"media\"; filename=\"a.txt\"; filelength=6", "123456", 0)]
    [InlineData("name=\"media\"; filename=\"日报.txt\"; filelength=6", "123456", 0)]
    [InlineData("name=\"media\"; filename=\"a.txt\"; filelength=5", "12345", 40006)]
    [InlineData("name=\"media\"; filename=\"a.txt\"; filelength=7", "123456", 40058)]
    [InlineData("name=\"media\"; filename=\"a.txt\"", "123456", 40058)]
    [InlineData("name=\"media\"; filelength=6", "123456", 44001)]
    [InlineData("name=\"media\"; filename=\"=?utf-8?B?5pel5oqlLnR4dA==?=\"; filelength=6", "123456", 44001)]
    [InlineData("name=\"media\"; filename*=utf-8''%E6%97%A5%E6%8A%A5.txt; filelength=6", "123456", 44001)]
    [InlineData("name=\"file\"; filename=\"a.txt\"; filelength=6", "123456", 44001)]
    public async Task An_upload_needs_its_parts(string disposition, string bytes, int code)
    {
        using var form = Form(disposition, bytes);
        Assert.Equal(code, (await UploadAsync(form)).GetProperty("errcode").GetInt32());
    }

    [Theory]
    [InlineData("image", "123456", 40004)]
    [InlineData("", "123456", 40004)]
    [InlineData("voice", "123456", 40005)]
    [InlineData("voice", "#!AMR\n1", 0)]
    public async Task An_upload_is_a_file_or_a_voice(string type, string bytes, int code)
    {
        using var form = Form($"name=\"media\"; filename=\"a\"; filelength={bytes.Length}", bytes);
        Assert.Equal(code, (await UploadAsync(form, type)).GetProperty("errcode").GetInt32());
    }

    [Theory]
    [InlineData(20 * 1024 * 1024, 0)]
    [InlineData((20 * 1024 * 1024) + 1, 45001)]
    public async Task A_file_is_at_most_twenty_megabytes(int length, int code)
    {
        using var form = Form($"name=\"media\"; filename=\"a.bin\"; filelength={length}", new string('x', length));
        Assert.Equal(code, (await UploadAsync(form)).GetProperty("errcode").GetInt32());
    }

    [Fact]
    public async Task Anything_but_a_form_is_empty()
    {
        using var bytes = new ByteArrayContent("123456"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        Assert.Equal(44001, (await UploadAsync(bytes)).GetProperty("errcode").GetInt32());
        using var form = Form("name=\"media\"; filename=\"a.txt\"; filelength=6", "123456");
        Assert.Equal(93000, (await UploadAsync(form, key: "nobody")).GetProperty("errcode").GetInt32());
    }

    [Fact]
    public async Task Uploads_do_not_use_up_the_minute()
    {
        for (var upload = 0; upload < 25; upload++)
        {
            await UploadedAsync();
        }

        Assert.Equal(0, (await SendTextAsync("a")).Code);
    }
}
