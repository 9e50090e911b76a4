// The worker's images. Premium where the network is private: lower tiers have no private endpoints.
param location string
param tags object
param suffix string
param privateNetwork bool
param workerPrincipalId string

var roles = loadJsonContent('../roles.json')

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'crdpsynth${suffix}'
  location: location
  tags: tags
  sku: { name: privateNetwork ? 'Premium' : 'Basic' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    policies: {
      // Container Apps pull with tokens for the resource manager.
      azureADAuthenticationAsArmPolicy: { status: 'enabled' }
    }
  }
}

resource workerPulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'worker', roles.AcrPull)
  scope: registry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.AcrPull)
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output id string = registry.id
output loginServer string = registry.properties.loginServer
