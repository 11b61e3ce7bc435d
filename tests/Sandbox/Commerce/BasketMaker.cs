namespace StoreClaw.Sandbox.Commerce;

/// <summary>Fills baskets: few lines, popular things often, some discounts, the market's tax.</summary>
internal sealed class BasketMaker
{
    private static readonly WeightedChoice LineCounts = new([52, 26, 13, 6, 3]);
    private static readonly WeightedChoice Quantities = new([80, 14, 6]);

    private readonly ShopProfile _profile;
    private readonly Random _random;
    private readonly SimVariant[] _variants;
    private readonly WeightedChoice _popularity;
    private readonly WeightedChoice _markets;

    public BasketMaker(ShopProfile profile, Random random, IEnumerable<SimProduct> products)
    {
        _profile = profile;
        _random = random;
        _variants = [.. products.SelectMany(product => product.Variants)];
        random.Shuffle(_variants);
        _popularity = new WeightedChoice(_variants.Select((_, rank) => 1 / Math.Pow(rank + 2, 0.8)));
        _markets = new WeightedChoice(profile.Markets.Select(market => market.Share));
    }

    public string AnyCountry() => _profile.Markets[_markets.Next(_random)].Country;

    public OrderDraft Fill(string country)
    {
        var lines = new List<DraftLine>();
        decimal goods = 0;
        for (var left = LineCounts.Next(_random) + 1; left > 0; left--)
        {
            var variant = _variants[_popularity.Next(_random)];
            if (lines.Exists(line => line.VariantId == variant.Id))
            {
                continue;
            }

            var line = Line(variant);
            lines.Add(line);
            goods += (line.Quantity * variant.Price) - line.Discount;
        }

        var discount = Chance(_profile.OrderDiscountShare) ? Round(goods * _random.Next(1, 5) * 0.05m) : 0;
        var rate = _profile.Markets.FirstOrDefault(market => market.Country == country)?.TaxRate ?? 0;
        return new OrderDraft
        {
            Lines = lines,
            Country = country,
            Presentment = Presentment(),
            OrderDiscount = discount,
            Shipping = goods - discount >= _profile.FreeShippingFrom ? 0 : _profile.ShippingFee,
            Tax = Round((goods - discount) * rate),
            IsTest = Chance(_profile.TestShare),
        };
    }

    public bool Chance(double share) => _random.NextDouble() < share;

    private DraftLine Line(SimVariant variant)
    {
        var quantity = Quantities.Next(_random) + 1;
        var discount = Chance(_profile.LineDiscountShare) ? Round(quantity * variant.Price * _random.Next(1, 4) * 0.1m) : 0;
        return new DraftLine(variant.Id, quantity, discount);
    }

    private PresentmentCurrency? Presentment()
    {
        var draw = _random.NextDouble();
        foreach (var currency in _profile.OtherCurrencies)
        {
            if ((draw -= currency.Share) < 0)
            {
                return currency;
            }
        }

        return null;
    }

    private decimal Round(decimal amount) => SimMoney.Round(amount, _profile.Currency);
}
