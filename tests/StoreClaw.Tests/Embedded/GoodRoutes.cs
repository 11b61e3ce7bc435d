using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Tests.Embedded;

/// <summary>Routes that share paths and still are told apart: by method, by constraint, or because the more definite one comes first by name.</summary>
public sealed class NeighbourRoutes
{
    [Function("AddOrder")]
    public IResult AddOrder([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "orders/{id}")] HttpRequest request) => Results.Text("add");

    [Function("CountOrders")]
    public IResult CountOrders([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/count")] HttpRequest request) => Results.Text("count");

    [Function("GetOrder")]
    public IResult GetOrder([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/{id}")] HttpRequest request) => Results.Text("one");

    [Function("GetRun")]
    public IResult GetRun([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runs/{id:guid}")] HttpRequest request) => Results.Text("run");

    [Function("LatestRun")]
    public IResult LatestRun([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runs/latest")] HttpRequest request) => Results.Text("latest");

    [Function("Zero")]
    public IResult Zero([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{*rest}")] HttpRequest request) => Results.Text("rest");
}
