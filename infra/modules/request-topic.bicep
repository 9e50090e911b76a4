// A custom topic of Event Grid: other systems publish events with requests in them, and its own identity delivers these to run-requests.
param location string
param tags object
param suffix string
param privateNetwork bool
param exchangeAccountId string
param exchangeAccountName string

var roles = loadJsonContent('../roles.json')

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: 'evgt-dpsynth-run-requests-${suffix}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    // Publishers hold EventGrid Data Sender; there are no keys.
    disableLocalAuth: true
    inputSchema: 'CloudEventSchemaV1_0'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
  }
}

module topicRole 'queue-role.bicep' = {
  name: 'request-topic-role-run-requests'
  params: {
    accountName: exchangeAccountName
    queueName: 'run-requests'
    holder: 'request-topic'
    principalId: topic.identity.principalId
    roleId: roles.StorageQueueDataMessageSender
  }
}

module subscription 'request-events.bicep' = {
  name: 'run-requests'
  dependsOn: [topicRole]
  params: {
    topicName: topic.name
    accountId: exchangeAccountId
  }
}

output id string = topic.id
output name string = topic.name
output endpoint string = topic.properties.endpoint
