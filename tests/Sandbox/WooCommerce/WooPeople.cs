using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Made-up buyers for ids: the same id is always the same person, at a reserved mail domain.</summary>
internal static class WooPeople
{
    private static readonly string[] FirstNames =
        ["Ana", "João", "Mia", "Noah", "Zoë", "Łukasz", "Emma", "Leon", "花子", "Finn", "Sofía", "Jürgen", "Aoife", "Omar", "Ida", "Paul"];

    private static readonly string[] LastNames =
        ["Silva", "Müller", "Nakamura", "O'Brien", "Nowak", "Dupont", "García", "Jensen", "Rossi", "Smith", "Çelik", "de Vries", "Lindqvist"];

    private static readonly Dictionary<string, (string City, string State, string Postcode)> Places = new()
    {
        ["US"] = ("San Francisco", "CA", "94103"),
        ["CA"] = ("Toronto", "ON", "M5V 2T6"),
        ["MX"] = ("Guadalajara", "JA", "44100"),
        ["DE"] = ("Köln", "DE-NW", "50667"),
        ["AT"] = ("Wien", "", "1010"),
        ["NL"] = ("Utrecht", "", "3511 LN"),
        ["FR"] = ("Lyon", "", "69002"),
        ["JP"] = ("横浜市", "JP14", "220-0012"),
        ["TW"] = ("Taipei", "", "100"),
    };

    public static string FirstName(long id) => FirstNames[id % FirstNames.Length];

    public static string LastName(long id) => LastNames[id % LastNames.Length];

    public static string Email(long id, bool guest) => $"{(guest ? "guest" : "customer")}.{id}@example.com";

    public static JsonObject Billing(long id, string country, bool guest)
    {
        var address = Shipping(id, country);
        address["email"] = Email(id, guest);
        address["phone"] = $"555-01{id % 100:D2}";
        return address;
    }

    public static JsonObject Shipping(long id, string country)
    {
        var (city, state, postcode) = Places.GetValueOrDefault(country, ("Springfield", "", "00000"));
        return new JsonObject
        {
            ["first_name"] = FirstName(id),
            ["last_name"] = LastName(id),
            ["company"] = "",
            ["address_1"] = $"{(id % 990) + 1} Market",
            ["address_2"] = "",
            ["city"] = city,
            ["state"] = state,
            ["postcode"] = postcode,
            ["country"] = country,
        };
    }
}
