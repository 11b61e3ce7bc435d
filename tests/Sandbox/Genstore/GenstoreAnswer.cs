namespace StoreClaw.Sandbox.Genstore;

/// <param name="Link">The Link header, when there are more pages.</param>
internal sealed record GenstoreAnswer(int Status, object Body, string? Link = null)
{
    public static GenstoreAnswer Ok(object body) => new(200, body);

    public static GenstoreAnswer Refused(int status, string error) => new(status, new { error });

    public bool IsRefusal => Status >= 400;
}
