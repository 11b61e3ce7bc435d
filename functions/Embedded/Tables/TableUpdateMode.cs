namespace Azure.Data.Tables;

/// <summary>What a write does with stored columns the entity does not name: keep them, or drop them.</summary>
public enum TableUpdateMode
{
    Merge = 0,
    Replace = 1,
}
