// The key under which both storage accounts encrypt, and the secrets of options that have one (vault-secret.bicep). Purge protection
// cannot be turned off again, and the vault's name stays taken for 90 days after a teardown.
param location string
param tags object
param suffix string
param privateNetwork bool
@description('Whether the function app or the workers read secrets here.')
param appsReadSecrets bool
param storagePrincipalId string

var roles = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: 'kv-dpsynth-${suffix}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    // The storage accounts read the key as a trusted service. Unconfirmed that the bypass works in every region while public
    // access is disabled; if a storage account cannot reach its key, set 'Enabled' and leave the deny rule.
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    // The apps are no trusted services: they come over a private endpoint, and in a trial from anywhere.
    networkAcls: { bypass: 'AzureServices', defaultAction: appsReadSecrets && !privateNetwork ? 'Allow' : 'Deny' }
  }
}

resource key 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: 'storage'
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    rotationPolicy: {
      attributes: { expiryTime: 'P2Y' }
      lifetimeActions: [
        {
          trigger: { timeAfterCreate: 'P1Y' }
          action: { type: 'rotate' }
        }
      ]
    }
  }
}

resource storageUsesKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, 'storage', roles.KeyVaultCryptoServiceEncryptionUser)
  scope: key
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.KeyVaultCryptoServiceEncryptionUser)
    principalId: storagePrincipalId
    principalType: 'ServicePrincipal'
  }
}

output id string = vault.id
output name string = vault.name
output keyName string = key.name
output uri string = vault.properties.vaultUri
