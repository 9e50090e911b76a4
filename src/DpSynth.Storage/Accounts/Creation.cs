using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues.Models;

namespace DpSynth.Storage.Accounts;

/// <summary>
/// Makes what is missing of an account. A container or queue of a name that was deleted just now cannot be made until the service has done with
/// the old one, which takes it half a minute or more: such a name is waited for.
/// </summary>
internal static class Creation
{
    private const int Tries = 25;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    /// <summary>Makes it, if need be after a wait of two minutes at most.</summary>
    /// <param name="what">What it is, for people: <c>container 'requests'</c>.</param>
    /// <param name="create">Makes it if it is not there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">It is still being deleted; one sentence says what to do.</exception>
    public static async Task EnsureAsync(string what, Func<Task> create, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await create();
                return;
            }
            catch (RequestFailedException exception) when (IsBeingDeleted(exception))
            {
                if (attempt == Tries)
                {
                    throw new InvalidOperationException(
                        $"The {what} was deleted a short while ago, and the storage service is not done with it yet; try again in some minutes, "
                            + "or have it restored if it should not have been deleted.",
                        exception);
                }
            }

            await Task.Delay(_pause, time, cancellationToken);
        }
    }

    private static bool IsBeingDeleted(RequestFailedException exception) =>
        exception.ErrorCode == BlobErrorCode.ContainerBeingDeleted || exception.ErrorCode == QueueErrorCode.QueueBeingDeleted;
}
