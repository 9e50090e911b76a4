// Events that ask for runs, pushed to the function app as well as put on its queue; the same event by both ways is one run. Event Grid shows
// a token of the app registration, without which App Service authentication lets nobody in, and the host's key for this one address.
param topicName string
@secure()
@description('Where the app takes pushed events, the key in it.')
param address string
param authClientId string

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

resource push 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'run-requests-pushed'
  properties: {
    // UNSURE whether a destination of the type AzureFunction could show a token: its reference has no field for one. So a webhook, to the
    // address that such a destination would use.
    // UNSURE whether the handshake with OPTIONS, before the first event, shows the token too; if it does not, making this fails and says so.
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: address
        azureActiveDirectoryTenantId: subscription().tenantId
        azureActiveDirectoryApplicationIdOrUri: authClientId
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
        minimumTlsVersionAllowed: '1.2'
      }
    }
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: { includedEventTypes: ['dpsynth.run.requested'] }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}
