using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DpSynth.Functions.Tests.Surface;

/// <summary>What a compiled assembly refers to in the official packages, as its metadata has it.</summary>
internal static class UsedMembers
{
    /// <summary>Types by full name, and members as <c>TYPE::NAME/PARAMETERS</c>.</summary>
    public static IReadOnlySet<string> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        var used = new SortedSet<string>(StringComparer.Ordinal);
        used.UnionWith(reader.TypeReferences.Select(handle => Official(reader, handle)).OfType<string>());
        foreach (var member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            if (Parent(reader, member.Parent) is { } type)
            {
                var signature = reader.GetBlobReader(member.Signature);
                var header = signature.ReadSignatureHeader();
                if (header.Kind == SignatureKind.Method)
                {
                    _ = header.IsGeneric ? signature.ReadCompressedInteger() : 0;
                    used.Add($"{type}::{reader.GetString(member.Name)}/{signature.ReadCompressedInteger()}");
                }
                else
                {
                    used.Add($"{type}::{reader.GetString(member.Name)}");
                }
            }
        }

        return used;
    }

    private static string? Parent(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference => Official(reader, (TypeReferenceHandle)handle),
        HandleKind.TypeSpecification => Generic(reader, reader.GetTypeSpecification((TypeSpecificationHandle)handle)),
        _ => null,
    };

    /// <summary>The definition of an instantiated generic type.</summary>
    private static string? Generic(MetadataReader reader, TypeSpecification specification)
    {
        var signature = reader.GetBlobReader(specification.Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        _ = signature.ReadByte();
        var definition = signature.ReadTypeHandle();
        return definition.Kind == HandleKind.TypeReference ? Official(reader, (TypeReferenceHandle)definition) : null;
    }

    private static string? Official(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.AssemblyReference
            && OfficialAssemblies.IsOfficial(reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name))
            ? $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}"
            : null;
    }
}
