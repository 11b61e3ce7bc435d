using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Tests.Sandbox.WeCom;

/// <summary>A platform with one robot, and a caller that knows nothing but HTTP.</summary>
public abstract class WeComFixture : IAsyncLifetime
{
    protected const string Key = "0f4b7a52-6f0a-4f6e-9c59-2f1f6c1d7a10";

    protected static readonly byte[] OnePixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    protected HttpClient Http { get; } = new();

    protected SandboxClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 1, 0, 0, TimeSpan.Zero));

    protected WeComPlatform Platform { get; private set; } = null!;

    protected virtual WeComOptions Options => new();

    public async Task InitializeAsync()
    {
        Platform = await WeComPlatform.StartAsync(Clock, Options);
        Platform.AddRobot(Key, "StoreClaw");
    }

    public async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        Http.Dispose();
    }

    protected Task<(int Code, string Message)> SendAsync(object message, string key = Key) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), key);

    protected Task<(int Code, string Message)> SendAsync(string body, string key = Key) => SendAsync(Encoding.UTF8.GetBytes(body), key);

    protected async Task<(int Code, string Message)> SendAsync(byte[] body, string key = Key)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await Http.PostAsync(new Uri(Platform.WebhookUrl(key)), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Answer(await response.Content.ReadAsStringAsync());
    }

    protected Task<(int Code, string Message)> SendTextAsync(string content) => SendAsync(new { msgtype = "text", text = new { content } });

    protected async Task<JsonElement> UploadAsync(HttpContent content, string type = "file", string key = Key)
    {
        using var response = await Http.PostAsync(new Uri(Platform.BaseAddress, $"/cgi-bin/webhook/upload_media?key={key}&type={type}"), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    protected async Task<string> UploadedAsync(string key = Key)
    {
        using var form = Form("name=\"media\"; filename=\"report.csv\"; filelength=9", "a,b\n1,2\n\n");
        return (await UploadAsync(form, key: key)).GetProperty("media_id").GetString()!;
    }

    /// <summary>A multipart body byte for byte as given, which the framework's own writer would not let through.</summary>
    protected static ByteArrayContent Form(string disposition, string bytes)
    {
        var body = $"--line\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n{bytes}\r\n--line--\r\n";
        var type = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=line");
        return new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = type } };
    }

    private static (int Code, string Message) Answer(string body)
    {
        var answer = JsonDocument.Parse(body).RootElement;
        return (answer.GetProperty("errcode").GetInt32(), answer.GetProperty("errmsg").GetString()!);
    }
}
