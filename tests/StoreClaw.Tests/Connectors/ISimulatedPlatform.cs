using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors;

/// <summary>What the connector contract must be able to do to a simulated platform; each connector's tests put this in front of its simulator.</summary>
public interface ISimulatedPlatform : IAsyncDisposable
{
    /// <summary>The shop behind it, which the contract changes directly.</summary>
    SimStore Shop { get; }

    Uri BaseUrl { get; }

    /// <summary>The app registered on the platform, where the seller approves in the browser; null where keys are typed.</summary>
    AppClient? App => null;

    /// <summary>What a seller types, right.</summary>
    IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>The right store with a key that is not its own.</summary>
    IReadOnlyDictionary<string, string> WrongKeys { get; }

    /// <summary>A well-formed address under which there is no store; null where the key alone says which account it is.</summary>
    IReadOnlyDictionary<string, string>? WrongStore { get; }

    /// <summary>Every secret the platform gave out so far: none may be seen in a log.</summary>
    IReadOnlyList<string> Secrets { get; }

    /// <summary>The live webhook registrations: topic and address.</summary>
    IReadOnlyList<KeyValuePair<string, Uri>> Registrations { get; }

    /// <summary>Where the browser is sent back to when the seller has approved at that address; the address is checked as the platform does.</summary>
    Task<Uri> ApproveAsync(Uri authorizeUrl) => throw new NotSupportedException();

    /// <summary>The platform's id of a record of the shop.</summary>
    string IdOf(Resource resource, long id) => id.ToString();

    /// <summary>What a connection checks with when the platform signs with that secret.</summary>
    string KeyOf(string secret) => secret;

    /// <summary>The address is typed into the platform's console, where registrations are not made by the API.</summary>
    void EnterAddress(Uri callbackUrl)
    {
    }

    /// <summary>As the platform does after too many failures.</summary>
    void DropRegistration(string topic);

    /// <summary>Sends what the shop's changes have caused and returns when all of it was answered.</summary>
    Task DeliverAsync();

    /// <summary>The access tokens given out so far run out now. Nothing happens where tokens do not expire.</summary>
    void ExpireTokens();

    /// <summary>The seller takes the access away: tokens and keys are no longer good.</summary>
    void RevokeAccess();

    /// <summary>A refusal for too many calls in the platform's own shape.</summary>
    HttpResponseMessage Throttled(string? retryAfter);

    /// <summary>A delivery as the platform would send it, signed with that secret by code that is not the connector's.</summary>
    WebhookRequest Sign(string topic, byte[] body, string secret);
}
