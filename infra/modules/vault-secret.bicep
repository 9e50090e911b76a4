// One secret, and who may read it: it alone, not the vault. The resource manager writes it, so the vault may be closed.
param vaultName string
param name string
@secure()
@minLength(1)
param value string
@description('holder: who, in one word; part of the assignment\'s name, which must not depend on a principal id.')
param readers { holder: string, principalId: string }[]

var roles = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: name
  properties: { value: value }
}

resource readerReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for reader in readers: {
    name: guid(secret.id, reader.holder, roles.KeyVaultSecretsUser)
    scope: secret
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.KeyVaultSecretsUser)
      principalId: reader.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Without a version: whoever reads it follows the secret\'s newest one.')
output uri string = secret.properties.secretUri
