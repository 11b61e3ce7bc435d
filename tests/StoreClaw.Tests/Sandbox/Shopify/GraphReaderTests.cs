using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Tests.Sandbox.Shopify;

public sealed class GraphReaderTests
{
    private static readonly GraphSchema Schema = ShopifySchema.Of("2026-07");

    [Theory]
    [InlineData("{ shop { name } }")]
    [InlineData("query Q { shop { a: name, b: name } }")]
    [InlineData("query($n: Int = 5) { orders(first: $n) { nodes { id } } }")]
    [InlineData("query Q($c: String) { orders(first: 1, after: $c, sortKey: UPDATED_AT, reverse: true, query: \"status:any\") { edges { cursor node { ...F } } pageInfo { endCursor } } } fragment F on Order { id name }")]
    [InlineData("{ node(id: \"gid://shopify/Order/1\") { id ... on Order { name } ... on Product { title } } }")]
    [InlineData("query($yes: Boolean!) { shop { name @include(if: $yes) id @skip(if: $yes) } }")]
    [InlineData("{ shop { __typename } }")]
    [InlineData("# a comment\n{ shop { name } } # and one more")]
    [InlineData("\uFEFF{,shop,{,name,},}")]
    [InlineData("query A { shop { name } } query B { shop { id } }")]
    [InlineData("{ orders(first: 1, query: \"\"\"\n  status:any\n  \"\"\") { nodes { id } } }")]
    [InlineData("{ orders(first: 1, query: \"created_at:>='2026-01-01' \\u00e9 \\\"x\\\"\") { nodes { id } } }")]
    [InlineData("{ nodes(ids: \"gid://shopify/Order/1\") { id } }")]
    [InlineData("{ order(id: 5) { id } }")]
    [InlineData("mutation($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: \"k\") { userErrors { code field message } } }")]
    [InlineData("mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: \"https://a.example\", format: JSON }) { userErrors { message } } }")]
    public void Good_documents_pass(string document)
    {
        Assert.Empty(GraphValidator.Validate(Schema, GraphParser.Parse(document)));
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{ }", 1, 3)]
    [InlineData("{ shop { name }", 1, 16)]
    [InlineData("{ shop { name } } }", 1, 19)]
    [InlineData("query { shop }{", 1, 16)]
    [InlineData("{ orders() { nodes { id } } }", 1, 10)]
    [InlineData("{ orders(first 5) { nodes { id } } }", 1, 16)]
    [InlineData("{ orders(first: 05) { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(first: 1.) { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(first: 5x) { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(query: \"open) { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(query: \"a\nb\") { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(query: 'a') { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(query: \"\\x\") { nodes { id } } }", 1, 17)]
    [InlineData("{ orders(query: \"\"\"a) { nodes { id } } }", 1, 17)]
    [InlineData("query Q($n Int) { shop { name } }", 1, 12)]
    [InlineData("query Q($n: Int = $m) { shop { name } }", 1, 19)]
    [InlineData("query Q($n: [Int) { shop { name } }", 1, 17)]
    [InlineData("quary { shop { name } }", 1, 1)]
    [InlineData("fragment on on Order { id }", 1, 10)]
    [InlineData("{ shop { ... on { name } } }", 1, 17)]
    [InlineData("{ shop { a: } }", 1, 13)]
    [InlineData("{ shop { na%me } }", 1, 12)]
    [InlineData("{\n  shop {\n    name?\n  }\n}", 3, 9)]
    public void Bad_syntax_is_refused_where_it_stands(string document, int line, int column)
    {
        var bad = Assert.Throws<GraphSyntaxException>(() => GraphParser.Parse(document));
        Assert.Equal(new GraphLocation(line, column), bad.At);
        Assert.StartsWith("syntax error", bad.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("undefinedField", "{ shop { nome } }")]
    [InlineData("undefinedField", "{ orders(first: 1) { nodes { total_price } } }")]
    [InlineData("undefinedField", "mutation { orderDelete { id } }")]
    [InlineData("argumentNotAccepted", "{ orders(first: 1, status: \"any\") { nodes { id } } }")]
    [InlineData("argumentNotAccepted", "{ shop(id: 1) { name } }")]
    [InlineData("missingRequiredArguments", "{ order { id } }")]
    [InlineData("missingRequiredArguments", "{ inventoryItem(id: 1) { inventoryLevel(locationId: 1) { quantities { name } } } }")]
    [InlineData("missingRequiredArguments", "{ shop { name @include } }")]
    [InlineData("argumentNotUnique", "{ orders(first: 1, first: 2) { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ orders(first: \"1\") { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ orders(first: 3000000000) { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ orders(first: 1, sortKey: \"UPDATED_AT\") { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ orders(first: 1, sortKey: MODIFIED) { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ orders(first: 1, reverse: 1) { nodes { id } } }")]
    [InlineData("argumentLiteralsIncompatible", "{ order(id: null) { id } }")]
    [InlineData("argumentLiteralsIncompatible", "{ order(id: 1.5) { id } }")]
    [InlineData("argumentLiteralsIncompatible", "mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { callbackUrl: \"here\" }) { userErrors { message } } }")]
    [InlineData("argumentNotAccepted", "mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { url: \"https://a.example\" }) { userErrors { message } } }")]
    [InlineData("argumentLiteralsIncompatible", "mutation { webhookSubscriptionCreate(topic: CUSTOMERS_REDACT, webhookSubscription: {}) { userErrors { message } } }")]
    [InlineData("missingRequiredInputObjectAttribute", "mutation { inventorySetQuantities(input: { name: \"available\", reason: \"correction\" }) { userErrors { message } } }")]
    [InlineData("missingRequiredInputObjectAttribute", "mutation { inventorySetQuantities(input: { name: \"available\", reason: \"correction\", quantities: [{ quantity: 1, locationId: 1 }] }) { userErrors { message } } }")]
    [InlineData("argumentNotAccepted", "mutation { inventorySetQuantities(input: { name: \"available\", reason: \"correction\", ignoreCompareQuantity: true, quantities: [] }) { userErrors { message } } }")]
    [InlineData("selectionMismatch", "{ shop }")]
    [InlineData("selectionMismatch", "{ shop { name { text } } }")]
    [InlineData("selectionMismatch", "{ orders(first: 1) { nodes { totalPriceSet } } }")]
    [InlineData("variableNotDefined", "{ orders(first: $n) { nodes { id } } }")]
    [InlineData("variableNotDefined", "query Q { orders(first: 1) { nodes { ...F } } } fragment F on Order { lineItems(first: $n) { nodes { id } } }")]
    [InlineData("variableNotUsed", "query Q($n: Int) { shop { name } }")]
    [InlineData("variableNotUnique", "query Q($n: Int, $n: Int) { orders(first: $n) { nodes { id } } }")]
    [InlineData("variableMismatch", "query Q($n: String) { orders(first: $n) { nodes { id } } }")]
    [InlineData("variableMismatch", "query Q($id: ID) { order(id: $id) { id } }")]
    [InlineData("variableMismatch", "query Q($id: String!) { order(id: $id) { id } }")]
    [InlineData("variableMismatch", "query Q($ids: ID!) { nodes(ids: $ids) { id } }")]
    [InlineData("variableMismatch", "query Q($ids: [ID]!) { nodes(ids: $ids) { id } }")]
    [InlineData("variableMismatch", "mutation Q($q: Int) { inventorySetQuantities(input: { name: \"available\", reason: \"correction\", quantities: [{ inventoryItemId: 1, locationId: 1, quantity: $q }] }) { userErrors { message } } }")]
    [InlineData("variableRequiresValidType", "query Q($o: Order) { order(id: $o) { id } }")]
    [InlineData("variableRequiresValidType", "query Q($o: Money2) { order(id: $o) { id } }")]
    [InlineData("defaultValueInvalidType", "query Q($n: Int = \"5\") { orders(first: $n) { nodes { id } } }")]
    [InlineData("undefinedDirective", "{ shop { name @uppercase } }")]
    [InlineData("useAndDefineFragment", "{ shop { ...Missing } }")]
    [InlineData("useAndDefineFragment", "{ shop { name } } fragment F on Order { id }")]
    [InlineData("fragmentNameUnique", "{ orders(first: 1) { nodes { ...F } } } fragment F on Order { id } fragment F on Order { name }")]
    [InlineData("undefinedType", "{ shop { ... on Store { name } } }")]
    [InlineData("fragmentOnNonCompositeType", "{ shop { ... on String { name } } }")]
    [InlineData("cannotSpreadFragment", "{ shop { ... on Order { name } } }")]
    [InlineData("infiniteLoop", "{ orders(first: 1) { nodes { ...F } } } fragment F on Order { id refunds { order { ...F } } }")]
    [InlineData("uniquelyNamedOperations", "query A { shop { name } } query A { shop { id } }")]
    [InlineData("uniquelyNamedOperations", "{ shop { name } } query A { shop { id } }")]
    [InlineData("missingOperationRoot", "subscription { shop { name } }")]
    [InlineData("noOperation", "fragment F on Order { id }")]
    [InlineData("fieldConflict", "{ shop { x: name x: id } }")]
    [InlineData("fieldConflict", "{ orders(first: 1) { nodes { id } } orders(first: 2) { nodes { id } } }")]
    [InlineData("fieldConflict", "{ shop { ...F x: name } } fragment F on Shop { x: id }")]
    public void Documents_that_do_not_fit_the_schema_are_refused_with_a_code(string code, string document)
    {
        var errors = GraphValidator.Validate(Schema, GraphParser.Parse(document));
        Assert.Contains(code, errors.Select(error => error.Code));
        Assert.All(errors, error => Assert.NotEqual("", error.Message));
    }

    [Theory]
    [InlineData("2026-04", "2026-01", "{ webhookSubscriptions(first: 1) { nodes { name } } }")]
    [InlineData("2026-04", "2026-01", "{ inventoryItem(id: 1) { inventoryLevels(first: 1, includeInactive: true) { nodes { id } } } }")]
    [InlineData("2026-01", "2025-10", "{ order(id: 1) { refunds { processedAt } } }")]
    [InlineData("2026-01", "2025-10", "mutation { inventorySetQuantities(input: { name: \"a\", reason: \"b\", quantities: [{ inventoryItemId: 1, locationId: 1, quantity: 1, changeFromQuantity: 1 }] }) { userErrors { code } } }")]
    [InlineData("2026-01", "2026-04", "mutation { inventorySetQuantities(input: { name: \"a\", reason: \"b\", quantities: [{ inventoryItemId: 1, locationId: 1, quantity: 1, compareQuantity: 1 }] }) { userErrors { code } } }")]
    [InlineData("2026-01", "2025-10", "mutation { inventorySetQuantities(input: { name: \"a\", reason: \"b\", quantities: [] }) @idempotent(key: \"k\") { userErrors { code } } }")]
    public void Each_version_has_its_own_schema(string has, string lacks, string document)
    {
        Assert.Empty(GraphValidator.Validate(ShopifySchema.Of(has), GraphParser.Parse(document)));
        Assert.NotEmpty(GraphValidator.Validate(ShopifySchema.Of(lacks), GraphParser.Parse(document)));
    }

    [Theory]
    [InlineData("Int", "5", true)]
    [InlineData("Int", "5.5", false)]
    [InlineData("Int", "\"5\"", false)]
    [InlineData("Int", "3000000000", false)]
    [InlineData("Int!", "null", false)]
    [InlineData("Int", "null", true)]
    [InlineData("ID", "5", true)]
    [InlineData("ID", "\"gid\"", true)]
    [InlineData("ID", "true", false)]
    [InlineData("String", "5", false)]
    [InlineData("Boolean", "1", false)]
    [InlineData("URL", "\"https://a.example/x\"", true)]
    [InlineData("URL", "\"a.example\"", false)]
    [InlineData("[ID!]", "[\"a\", null]", false)]
    [InlineData("[ID!]", "\"a\"", true)]
    [InlineData("OrderSortKeys", "\"UPDATED_AT\"", true)]
    [InlineData("OrderSortKeys", "\"updated_at\"", false)]
    [InlineData("WebhookSubscriptionInput", "{\"uri\": \"https://a.example\"}", true)]
    [InlineData("WebhookSubscriptionInput", "{\"url\": \"https://a.example\"}", false)]
    [InlineData("InventoryQuantityInput", "{\"inventoryItemId\": \"a\", \"locationId\": \"b\"}", false)]
    [InlineData("InventoryQuantityInput", "{\"inventoryItemId\": \"a\", \"locationId\": \"b\", \"quantity\": 1}", true)]
    public void Variables_must_have_their_type(string type, string json, bool fits)
    {
        var operation = new DocumentOf($"query Q($v: {type}) {{ shop {{ name }} }}").Operation;
        using var variables = JsonDocument.Parse($"{{\"v\": {json}}}");
        var errors = new List<GraphError>();
        GraphInputs.Variables(Schema, operation, variables.RootElement, errors);
        Assert.Equal(fits ? [] : ["INVALID_VARIABLE"], errors.Select(error => error.Code));
    }

    [Fact]
    public void A_required_variable_must_be_given_and_a_default_stands_in()
    {
        var errors = new List<GraphError>();
        GraphInputs.Variables(Schema, new DocumentOf("query Q($id: ID!) { order(id: $id) { id } }").Operation, null, errors);
        Assert.Equal("Variable $id of type ID! was provided invalid value", Assert.Single(errors).Message);

        errors.Clear();
        var values = GraphInputs.Variables(Schema, new DocumentOf("query Q($n: Int = 7, $c: String) { orders(first: $n, after: $c) { nodes { id } } }").Operation, null, errors);
        Assert.Equal(7, values["n"]);
        Assert.False(values.ContainsKey("c"));
        Assert.Empty(errors);
    }

    [Fact]
    public void Every_field_of_every_version_is_answered()
    {
        foreach (var version in new[] { "2025-10", "2026-01", "2026-04", "2026-07", "2026-10" })
        {
            var unanswered = ShopifySchema.Of(version).Types.Where(type => type.Kind == GraphTypeKind.Object)
                .SelectMany(type => type.Fields.Keys.Where(field => !ShopifyResolvers.All.Knows(type.Name, field)).Select(field => $"{type.Name}.{field}"));
            Assert.Empty(unanswered);
        }
    }

    [Fact]
    public void The_schema_names_only_types_it_has()
    {
        var references = Schema.Types.SelectMany(type => type.Fields.Values.SelectMany(field => field.Arguments.Values.Select(argument => argument.Type.Name).Prepend(field.Type.Name))
            .Concat(type.Inputs.Values.Select(input => input.Type.Name)).Concat(type.Members));
        Assert.All(references, name => Assert.NotNull(Schema.Find(name)));
    }

    [Fact]
    public void Any_text_parses_or_is_a_syntax_error()
    {
        string[] pieces = ["{", "}", "(", ")", "[", "]", "...", "@", "$", "!", ":", "=", "|", "query", "on", "fragment", "shop", "\"a\"", "\"\"\"", "\"", "1", "-", "1.5", "#", "\n", "\\", "é", "null"];
        var texts = Gen.Elements(pieces).ArrayOf().Select(parts => string.Join(' ', parts));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            try
            {
                GraphValidator.Validate(Schema, GraphParser.Parse(text));
            }
            catch (GraphSyntaxException)
            {
                return true;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithReplay(17, 23));
    }

    [Fact]
    public void A_document_nested_without_end_does_not_break_the_reader()
    {
        var deep = string.Concat(Enumerable.Repeat("{ a ", 100_000));
        Assert.Throws<GraphSyntaxException>(() => GraphParser.Parse(deep));
        Assert.Throws<GraphSyntaxException>(() => GraphParser.Parse("{ a(b: " + new string('[', 100_000)));
    }

    private sealed record DocumentOf(string Text)
    {
        public GraphOperation Operation => GraphParser.Parse(Text).Operations[0];
    }
}
