using System.Text.Json.Serialization;

namespace DpSynth.Privacy.Accounting;

/// <summary>Which two inputs count as neighbours.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Adjacency>))]
public enum Adjacency
{
    /// <summary>One unit (image or owner) is present in one input and absent from the other.</summary>
    [JsonStringEnumMemberName("add-remove")]
    AddRemove,

    /// <summary>
    /// One unit's contribution changes to any other allowed one. For histograms of contributions that are not negative this costs √2
    /// times the L2 sensitivity of <see cref="AddRemove"/>.
    /// </summary>
    [JsonStringEnumMemberName("replace-one")]
    ReplaceOne,
}
