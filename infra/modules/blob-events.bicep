// Blobs of one container, announced on one queue.
param topicName string
param subscriptionName string
param accountId string
param queueName string
param subjectBeginsWith string
param subjectEndsWith string
@description('Subjects that begin so are left out.')
param notBeneath string[]

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: subscriptionName
  properties: {
    deliveryWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: accountId
          queueName: queueName
          queueMessageTimeToLiveInSeconds: 604800
        }
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: subjectBeginsWith
      subjectEndsWith: subjectEndsWith
      advancedFilters: empty(notBeneath)
        ? []
        : [
            {
              operatorType: 'StringNotBeginsWith'
              key: 'subject'
              values: notBeneath
            }
          ]
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}
