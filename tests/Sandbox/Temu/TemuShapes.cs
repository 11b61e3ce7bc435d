using System.Globalization;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Temu;

/// <summary>The shop's things in the API's shapes: orders as recorded, the others as documented.</summary>
internal static class TemuShapes
{
    public static int Status(SimOrder order) => order.CancelledAt is not null ? 3 : order.FulfilledAt is not null ? 4 : 2;

    public static object Order(TemuMall mall, SimOrder order) => new
    {
        parentOrderMap = new
        {
            parentOrderLabel = new[] { new { name = "soon_to_be_overdue", value = 0 }, new { name = "past_due", value = 0 } },
            shippingMethod = 1,
            parentShippingTime = order.FulfilledAt?.ToUnixTimeSeconds(),
            updateTime = order.UpdatedAt.ToUnixTimeSeconds(),
            orderPaymentType = "PPD",
            parentOrderTime = order.CreatedAt.ToUnixTimeSeconds(),
            batchOrderNumberList = (string[]?)null,
            regionId = mall.App.RegionId,
            parentOrderSn = mall.SerialOf(order.Id),
            siteId = 100,
            hasShippingFee = order.Shipping > 0,
            parentOrderStatus = Status(order),
        },
        orderList = order.Lines.Select(line => Line(mall, order, line)).ToList(),
    };

    public static object Amounts(TemuMall mall, SimOrder order)
    {
        var lines = order.Lines.Select((line, index) => new
        {
            orderSn = Serial(mall, line.Id),
            line.Quantity,
            unitRetailPrice = Money(line.UnitPrice, order.Currency),
            discountFromSeller = Money(line.Discount, order.Currency),

            // What was taken off the whole order, Temu's own voucher.
            discountFromTEMU = Money(index == 0 ? order.OrderDiscount : 0, order.Currency),
        });
        return new
        {
            parentOrderMap = new
            {
                parentOrderSn = mall.SerialOf(order.Id),
                retailPriceTotal = Money(order.Lines.Sum(static line => line.Quantity * line.UnitPrice), order.Currency),
                shippingAmountTotal = Money(order.Shipping, order.Currency),
                taxTotal = Money(order.Tax, order.Currency),
                discountFromSeller = Money(order.Lines.Sum(static line => line.Discount), order.Currency),
                discountFromTEMU = Money(order.OrderDiscount, order.Currency),
                totalDiscount = Money(order.OrderDiscount + order.Lines.Sum(static line => line.Discount), order.Currency),
                refundsTotal = Money(order.Refunded, order.Currency),
                customerPaid = Money(order.Total - order.Refunded, order.Currency),
                signOnDelivery = (object?)null,
            },
            orderList = lines.Select(static line => new { line.orderSn, quantity = line.Quantity, line.unitRetailPrice, line.discountFromSeller, line.discountFromTEMU }).ToList(),
            warning = Array.Empty<string>(),
        };
    }

    public static object Goods(TemuMall mall, SimProduct product, int type, DateTimeOffset changed) => new
    {
        goodsId = product.Id,
        goodsName = product.Title,
        outGoodsSn = "",
        status4VO = type,
        currency = mall.Store.Profile.Currency,
        price = product.Variants[0].Price.ToString(CultureInfo.InvariantCulture),
        quantity = product.Variants.Sum(static variant => variant.Stock),
        crtTime = product.CreatedAt.ToUnixTimeSeconds(),
        goodsStatusChangeTime = changed.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        skuIdList = product.Variants.Select(static variant => variant.Id).ToList(),
    };

    public static object Sku(TemuMall mall, SimProduct product, SimVariant variant) => new
    {
        goodsName = product.Title,
        specName = variant.Title,
        goodsId = product.Id,
        skuId = variant.Id,
        skuSn = variant.Sku,
        stock = variant.Stock,
        price = variant.Price.ToString(CultureInfo.InvariantCulture),
        retailPrice = new { amount = variant.Price.ToString(CultureInfo.InvariantCulture), currency = mall.Store.Profile.Currency },
        crtTime = product.CreatedAt.ToUnixTimeSeconds(),
        currency = mall.Store.Profile.Currency,
        skuStatusChangeTime = product.CreatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    private static object Line(TemuMall mall, SimOrder order, SimOrderLine line) => new
    {
        canceledQuantityBeforeShipment = order.CancelledAt is null ? 0 : line.Quantity,
        quantity = order.CancelledAt is null ? line.Quantity : 0,
        orderSn = Serial(mall, line.Id),
        goodsId = line.ProductId,
        orderStatus = Status(order),
        fulfillmentType = "fulfillBySeller",
        spec = line.VariantTitle,
        originalOrderQuantity = line.Quantity,
        goodsName = line.Title,
        skuId = line.VariantId,
        productList = new[] { new { productSkuId = line.VariantId + 1, soldFactor = 1, extCode = line.Sku, productId = line.ProductId + 1 } },
    };

    private static string Serial(TemuMall mall, long lineId) => string.Create(CultureInfo.InvariantCulture, $"{mall.App.RegionId:D3}-{lineId}");

    /// <summary>In the currency's smallest unit.</summary>
    private static object Money(decimal amount, string currency) => new { amount = (long)(amount * (currency is "JPY" or "KRW" or "VND" or "CLP" ? 1 : 100)), currency };
}
