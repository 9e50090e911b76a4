// The exchange side: requests, candidates, releases, models, the queues and the task hub. It is the Functions host's own account as well.
param location string
param tags object
param suffix string
param privateNetwork bool
param softDeleteDays int
param keyName string
param vaultUri string
param storageIdentityId string
param appPrincipalId string
param workerPrincipalId string
param workspaceId string

var roles = loadJsonContent('../roles.json')

// Where azd puts the function app's code.
var packageContainerName = 'app-package'

var containers = [
  'requests'
  'candidates'
  'releases'
  'models'
]

// Poison queues would be made by whoever poisons first; they are made here so that roles and alerts can refer to them.
var queues = [
  'run-requests'
  'run-requests-poison'
  'request-files'
  'request-files-poison'
  'generation-jobs'
  'generation-jobs-poison'
  'generation-results'
  'generation-results-poison'
  'dataset-events'
  'dataset-events-poison'
  'run-events'
]

// The Functions host keeps leases, keys, timers and the task hub here under names of its own choosing: blobs, queues and tables of
// the whole account. Nothing in this account is private.
var appAccountRoles = [
  'StorageBlobDataOwner'
  'StorageQueueDataContributor'
  'StorageTableDataContributor'
]

var workerContainerRoles = [
  { container: 'candidates', role: 'StorageBlobDataContributor' }
  { container: 'models', role: 'StorageBlobDataReader' }
]

// On its job queue the worker renews messages (messages/write, which Message Processor lacks), and the scaler, under the same identity,
// reads the queue's length: Contributor is the smallest built-in role with both, and it ends at this one queue.
var workerQueueRoles = [
  { queue: 'generation-jobs', role: 'StorageQueueDataContributor' }
  { queue: 'generation-results', role: 'StorageQueueDataMessageSender' }
  { queue: 'generation-jobs-poison', role: 'StorageQueueDataMessageSender' }
]

module account 'storage-account.bicep' = {
  name: 'exchange-storage-account'
  params: {
    name: 'stexchange${suffix}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    softDeleteDays: softDeleteDays
    containers: concat(containers, [packageContainerName])
    queues: queues
    keyName: keyName
    vaultUri: vaultUri
    storageIdentityId: storageIdentityId
    workspaceId: workspaceId
  }
}

module appRole 'account-role.bicep' = [
  for role in appAccountRoles: {
    name: 'app-role-${role}'
    params: {
      accountName: account.outputs.name
      holder: 'app'
      principalId: appPrincipalId
      roleId: roles[role]
    }
  }
]

module workerContainerRole 'container-role.bicep' = [
  for entry in workerContainerRoles: {
    name: 'worker-role-${entry.container}'
    params: {
      accountName: account.outputs.name
      containerName: entry.container
      holder: 'worker'
      principalId: workerPrincipalId
      roleId: roles[entry.role]
    }
  }
]

module workerQueueRole 'queue-role.bicep' = [
  for entry in workerQueueRoles: {
    name: 'worker-role-${entry.queue}'
    params: {
      accountName: account.outputs.name
      queueName: entry.queue
      holder: 'worker'
      principalId: workerPrincipalId
      roleId: roles[entry.role]
    }
  }
]

output id string = account.outputs.id
output name string = account.outputs.name
output blobEndpoint string = account.outputs.blobEndpoint
output queueEndpoint string = account.outputs.queueEndpoint
output tableEndpoint string = account.outputs.tableEndpoint
output packageContainer string = '${account.outputs.blobEndpoint}${packageContainerName}'
