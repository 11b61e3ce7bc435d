using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Reports;

/// <summary>An <see cref="IReportKind"/> over its own types.</summary>
public abstract class ReportKind<TParameters, TReport> : IReportKind
    where TReport : Report
{
    public abstract string Id { get; }

    public virtual IReadOnlyList<string> Capabilities => [Connector.Reads(Resource.Orders)];

    public IReadOnlyDictionary<string, string> Check(JsonElement parameters)
    {
        var reader = new ParameterReader(parameters);
        Read(reader);
        return reader.Finish();
    }

    public async Task<Report> ComputeAsync(ReportContext context, CancellationToken cancellationToken) =>
        await ComputeAsync(context, Read(new ParameterReader(context.Parameters)), cancellationToken);

    public byte[] ToJson(Report report) => JsonSerializer.SerializeToUtf8Bytes((TReport)report, JsonText.Options);

    public Report FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<TReport>(json, JsonText.Options) ?? throw new InvalidDataException("The stored report is empty.");

    public string ToMarkdown(Report report) => Markdown((TReport)report);

    public string ToHtml(Report report) => Html((TReport)report);

    public LocalizedMessage ToMessage(Report report, Uri? link) => Message((TReport)report, link);

    protected abstract TParameters Read(ParameterReader reader);

    protected abstract Task<TReport> ComputeAsync(ReportContext context, TParameters parameters, CancellationToken cancellationToken);

    protected abstract string Markdown(TReport report);

    protected abstract string Html(TReport report);

    protected abstract LocalizedMessage Message(TReport report, Uri? link);
}
