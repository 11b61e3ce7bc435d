using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

public sealed class JsonReadingTests
{
    private static readonly JsonElement Sample = JsonElement.Parse("""
        { "id": 820982911946154508, "textId": "820982911946154508", "zero": 0, "empty": "", "none": null, "price": "19.90", "number": 19.90, "small": 1e-7,
          "at": "2026-08-20T05:00:00-04:00", "naive": "2026-08-20T09:00:00", "yes": true, "one": "1", "no": false, "list": [1, 2], "object": { "inner": "x" } }
        """);

    [Fact]
    public void Ids_keep_all_their_digits_whatever_they_are_written_as()
    {
        Assert.Equal("820982911946154508", Sample.Id("id"));
        Assert.Equal("820982911946154508", Sample.Id("textId"));
        Assert.Null(Sample.IdOrNull("zero"));
        Assert.Null(Sample.IdOrNull("empty"));
        Assert.Null(Sample.IdOrNull("object"));
    }

    [Fact]
    public void Numbers_are_read_from_numbers_and_texts()
    {
        Assert.Equal(19.90m, Sample.Decimal("price"));
        Assert.Equal(19.90m, Sample.Decimal("number"));
        Assert.Equal(0.0000001m, Sample.Decimal("small"));
        Assert.Equal("19.9", Sample.Decimal("price").ToString(CultureInfo.InvariantCulture));
        Assert.Null(Sample.DecimalOrNull("empty"));
    }

    [Fact]
    public void Times_become_utc()
    {
        var nine = new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero);
        Assert.Equal((nine, TimeSpan.Zero), (Sample.Time("at"), Sample.Time("at").Offset));
        Assert.Equal(nine, Sample.Time("naive"));
    }

    [Fact]
    public void Flags_lists_and_objects()
    {
        Assert.True(Sample.Flag("yes"));
        Assert.True(Sample.Flag("one"));
        Assert.False(Sample.Flag("no"));
        Assert.False(Sample.Flag("nowhere"));
        Assert.Equal(2, Sample.Items("list").Count());
        Assert.Empty(Sample.Items("none"));
        Assert.Equal("x", Sample.Member("object").TextOrNull("inner"));
        Assert.Null(Sample.Member("none").Member("deeper").TextOrNull("still"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("nowhere")]
    public void What_is_missing_is_named(string member)
    {
        Assert.Contains(member, Assert.Throws<FormatException>(() => Sample.Text(member)).Message, StringComparison.Ordinal);
        Assert.Contains(member, Assert.Throws<FormatException>(() => Sample.Id(member)).Message, StringComparison.Ordinal);
        Assert.Contains(member, Assert.Throws<FormatException>(() => Sample.Time(member)).Message, StringComparison.Ordinal);
        Assert.Contains(member, Assert.Throws<FormatException>(() => Sample.Decimal(member)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_of_another_kind_is_named_without_its_content()
    {
        Assert.Equal("'textId' is not a time.", Assert.Throws<FormatException>(() => Sample.Time("textId")).Message);
        Assert.Equal("'at' is not a number.", Assert.Throws<FormatException>(() => Sample.Decimal("at")).Message);
        Assert.Equal("'price' is not a list.", Assert.Throws<FormatException>(() => Sample.Items("price")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"a\":")]
    [InlineData("<html>")]
    public void A_body_that_is_no_object_is_a_format_error(string body) => Assert.Throws<FormatException>(() => JsonReading.ParseObject(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Equal("1", JsonReading.ParseObject(Encoding.UTF8.GetBytes("\uFEFF{\"a\":1}")).Text("a"));

    [Fact]
    public void No_body_does_worse_than_a_format_error() => Prop.ForAll<byte[], string?>((bytes, text) =>
    {
        foreach (var body in new[] { bytes, Encoding.UTF8.GetBytes($"{{\"id\":{text}}}"), [.. "{\"id\":\""u8, .. bytes, .. "\"}"u8] })
        {
            try
            {
                var json = JsonReading.ParseObject(body);
                _ = (json.IdOrNull("id"), json.DecimalOrNull("id"), json.TimeOrNull("id"), json.Flag("id"), json.Items("id").Count());
            }
            catch (FormatException)
            {
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_decimal_survives_the_way_through_text() => Prop.ForAll<decimal>(value =>
        JsonElement.Parse($"{{\"a\":\"{value.ToString(CultureInfo.InvariantCulture)}\"}}").Decimal("a") == value).QuickCheckThrowOnFailure();
}
