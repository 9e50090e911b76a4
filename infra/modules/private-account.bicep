// The private side: the owners' images, what is derived from them, the ledgers. The function app's identity alone has roles here,
// each on one container.
param location string
param tags object
param suffix string
param privateNetwork bool
param softDeleteDays int
param ledgerRetentionDays int
param keyName string
param vaultUri string
param storageIdentityId string
param appPrincipalId string
param workspaceId string

var roles = loadJsonContent('../roles.json')

var containers = [
  'private-data'
  'private-work'
  'ledgers'
  'ledger-heads'
]

var appContainerRoles = [
  { container: 'private-data', role: 'StorageBlobDataReader' }
  { container: 'private-work', role: 'StorageBlobDataContributor' }
  { container: 'ledgers', role: 'StorageBlobDataContributor' }
  { container: 'ledger-heads', role: 'StorageBlobDataContributor' }
]

module account 'storage-account.bicep' = {
  name: 'private-storage-account'
  params: {
    name: 'stprivate${suffix}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    softDeleteDays: softDeleteDays
    containers: containers
    queues: []
    keyName: keyName
    vaultUri: vaultUri
    storageIdentityId: storageIdentityId
    workspaceId: workspaceId
  }
}

// Write once, append, never rewrite. The policy starts unlocked: lock it by hand once the installation is final (docs/deploy.md), for
// a locked policy can be neither removed nor shortened, and keeps the account from being deleted.
module ledgerImmutability 'container-immutability.bicep' = {
  name: 'ledger-immutability'
  params: {
    accountName: account.outputs.name
    containerName: 'ledgers'
    days: ledgerRetentionDays
  }
}

module appRole 'container-role.bicep' = [
  for entry in appContainerRoles: {
    name: 'app-role-${entry.container}'
    params: {
      accountName: account.outputs.name
      containerName: entry.container
      holder: 'app'
      principalId: appPrincipalId
      roleId: roles[entry.role]
    }
  }
]

output id string = account.outputs.id
output name string = account.outputs.name
output blobEndpoint string = account.outputs.blobEndpoint
