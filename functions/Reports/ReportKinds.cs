namespace StoreClaw.Reports;

/// <summary>The kinds of reports there are, by id.</summary>
public sealed class ReportKinds(IEnumerable<IReportKind> kinds)
{
    private readonly Dictionary<string, IReportKind> _kinds = kinds.ToDictionary(static kind => kind.Id, StringComparer.Ordinal);

    public IReadOnlyCollection<IReportKind> All => _kinds.Values;

    public IReadOnlyCollection<string> Ids => _kinds.Keys;

    public IReportKind? Find(string id) => _kinds.GetValueOrDefault(id);
}
