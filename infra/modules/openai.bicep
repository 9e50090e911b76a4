// Azure OpenAI for the generator openai-images, which workers run: their identity alone may call it, without keys.
param location string
param tags object
param suffix string
param privateNetwork bool
param model { name: string, version: string, skuName: string, capacity: int }
param workerPrincipalId string

var roles = loadJsonContent('../roles.json')

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'oai-dpsynth-${suffix}'
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: 'oai-dpsynth-${suffix}'
    disableLocalAuth: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow' }
  }
}

resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: model.name
  sku: { name: model.skuName, capacity: model.capacity }
  properties: {
    model: { format: 'OpenAI', name: model.name, version: model.version }
    versionUpgradeOption: 'NoAutoUpgrade'
  }
}

resource workerCalls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, 'worker', roles.CognitiveServicesOpenAIUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.CognitiveServicesOpenAIUser)
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output id string = account.id
output endpoint string = 'https://${account.properties.customSubDomainName}.openai.azure.com/'
