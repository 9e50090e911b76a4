using Azure;
using Azure.Storage.Blobs.Models;

namespace DpSynth.Storage.Accounts;

/// <summary>Tells refusals that come from somebody's will to keep a blob from all others.</summary>
public static class BlobHolds
{
    /// <summary>Whether an immutability policy or a legal hold keeps the blob as it is.</summary>
    /// <remarks>The service's codes are <c>BlobImmutableDueToPolicy</c> and, of its newer versions, <c>BlobImmutableDueToLegalHold</c>.</remarks>
    public static bool IsImmutable(this RequestFailedException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.ErrorCode?.StartsWith("BlobImmutableDueTo", StringComparison.Ordinal) == true;
    }

    /// <summary>Whether a policy, a hold or a lease, such as a backup takes, keeps the blob from being deleted.</summary>
    public static bool IsHeld(this RequestFailedException exception) =>
        exception.IsImmutable() || exception.ErrorCode == BlobErrorCode.LeaseIdMissing;
}
