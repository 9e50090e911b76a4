// Events that ask for runs, pushed to the function app as well as put on its queue; the same event by both ways is one run. Event Grid shows
// a token of the app registration, without which App Service authentication lets nobody in, and in it the role without which the app takes
// no events.
param topicName string
param subscriptionName string
@description('Where the app takes pushed events.')
param address string
param authClientId string

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

resource push 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: subscriptionName
  properties: {
    // UNSURE whether the handshake with OPTIONS, before the first event, shows the token too; if it does not, making this fails and says so.
    destination: {
      endpointType: 'WebHook'
      properties: {
        // It holds no key.
        #disable-next-line use-secure-value-for-secure-inputs
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
