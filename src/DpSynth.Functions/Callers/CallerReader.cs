using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Callers;

/// <summary>Reads off a request who calls.</summary>
public sealed class CallerReader
{
    /// <summary>The header in which App Service authentication hands the caller's claims on: base64 of JSON.</summary>
    public const string PrincipalHeader = "X-MS-CLIENT-PRINCIPAL";

    /// <summary>The developer, on one machine.</summary>
    public const string DeveloperId = "local-developer";

    private const int MaxHeader = 64 * 1024;
    private const string InAzure = "WEBSITE_INSTANCE_ID";

    private static readonly Caller _developer = new(DeveloperId, AppRoles.All);
    private static readonly string[] _objectId = ["oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"];
    private static readonly string[] _role = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

    private readonly AuthenticationMode _mode;

    /// <summary>Makes the reader.</summary>
    /// <exception cref="InvalidOperationException">The development identity is set in Azure.</exception>
    public CallerReader(IOptions<AuthenticationOptions> options, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configuration);
        _mode = options.Value.Mode;
        if (_mode == AuthenticationMode.Development && !string.IsNullOrEmpty(configuration[InAzure]))
        {
            throw new InvalidOperationException(
                $"{AuthenticationOptions.SectionName}:{nameof(AuthenticationOptions.Mode)} is Development, which lets everybody in; "
                    + "in Azure set it to EasyAuth and turn App Service authentication on.");
        }
    }

    /// <summary>The caller; null if nobody vouches for one.</summary>
    public Caller? Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _mode switch
        {
            AuthenticationMode.Development => _developer,
            AuthenticationMode.EasyAuth when request.Headers[PrincipalHeader] is [{ Length: > 0 and <= MaxHeader } header] => Parse(header),
            _ => null,
        };
    }

    private static Caller? Parse(string header)
    {
        try
        {
            using var principal = JsonDocument.Parse(Convert.FromBase64String(header));
            var claims = principal.RootElement.GetProperty("claims").EnumerateArray()
                .Select(claim => (Type: claim.GetProperty("typ").GetString(), Value: claim.GetProperty("val").GetString())).ToArray();
            var id = claims.FirstOrDefault(claim => _objectId.Contains(claim.Type)).Value;
            return string.IsNullOrEmpty(id)
                ? null
                : new Caller(
                    id, claims.Where(claim => _role.Contains(claim.Type)).Select(claim => claim.Value).OfType<string>().ToHashSet(StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
