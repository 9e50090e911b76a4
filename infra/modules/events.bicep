// Event Grid: an upload of private images is announced on dataset-events, a request file on request-files. A topic's own identity
// delivers: an account with a firewall takes events from no other.
param location string
param tags object
param suffix string
param privateAccountId string
param exchangeAccountId string
param exchangeAccountName string

var roles = loadJsonContent('../roles.json')

resource uploads 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-dpsynth-uploads-${suffix}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: privateAccountId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource requestFiles 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-dpsynth-requests-${suffix}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: exchangeAccountId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

module uploadsRole 'queue-role.bicep' = {
  name: 'uploads-role-dataset-events'
  params: {
    accountName: exchangeAccountName
    queueName: 'dataset-events'
    holder: 'uploads'
    principalId: uploads.identity.principalId
    roleId: roles.StorageQueueDataMessageSender
  }
}

module requestFilesRole 'queue-role.bicep' = {
  name: 'requests-role-request-files'
  params: {
    accountName: exchangeAccountName
    queueName: 'request-files'
    holder: 'requests'
    principalId: requestFiles.identity.principalId
    roleId: roles.StorageQueueDataMessageSender
  }
}

module uploadsSubscription 'blob-events.bicep' = {
  name: 'dataset-events'
  dependsOn: [uploadsRole]
  params: {
    topicName: uploads.name
    subscriptionName: 'dataset-events'
    accountId: exchangeAccountId
    queueName: 'dataset-events'
    subjectBeginsWith: '/blobServices/default/containers/private-data/blobs/'
    subjectEndsWith: ''
    notBeneath: []
  }
}

// The app itself writes below runs/, ended/, rejected/ and answers/: those must not come back as requests.
module requestFilesSubscription 'blob-events.bicep' = {
  name: 'request-files'
  dependsOn: [requestFilesRole]
  params: {
    topicName: requestFiles.name
    subscriptionName: 'request-files'
    accountId: exchangeAccountId
    queueName: 'request-files'
    subjectBeginsWith: '/blobServices/default/containers/requests/blobs/'
    subjectEndsWith: '.json'
    notBeneath: [
      '/blobServices/default/containers/requests/blobs/runs/'
      '/blobServices/default/containers/requests/blobs/ended/'
      '/blobServices/default/containers/requests/blobs/rejected/'
      '/blobServices/default/containers/requests/blobs/answers/'
    ]
  }
}
