// One identity for the function app, one for the worker, one with which the storage accounts reach their key. User-assigned, so that
// their roles exist before anything runs under them.
param location string
param tags object
param suffix string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-dpsynth-app-${suffix}'
  location: location
  tags: tags
}

resource worker 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-dpsynth-worker-${suffix}'
  location: location
  tags: tags
}

resource storage 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-dpsynth-storage-${suffix}'
  location: location
  tags: tags
}

output appIdentityId string = app.id
output appPrincipalId string = app.properties.principalId
output appClientId string = app.properties.clientId
output workerIdentityId string = worker.id
output workerPrincipalId string = worker.properties.principalId
output workerClientId string = worker.properties.clientId
output storageIdentityId string = storage.id
output storagePrincipalId string = storage.properties.principalId
