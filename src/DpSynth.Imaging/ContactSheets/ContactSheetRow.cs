namespace DpSynth.Imaging.ContactSheets;

/// <summary>A row of a contact sheet.</summary>
/// <param name="Label">What stands beside the row, such as the class's name; may be empty.</param>
/// <param name="Images">The row's images, left to right; may be none.</param>
public sealed record ContactSheetRow(string Label, ImageBatch Images);
