// The whole of DpSynth in one resource group. A module that takes another's output waits for all of it, its role assignments included:
// keys are readable before storage asks for them, images pullable before the worker is made.
// What runs waits for the private endpoints too: secrets are fetched when it is made.
targetScope = 'subscription'

@minLength(1)
@maxLength(20)
@description('Name of the azd environment; part of every resource name.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
@description('Region of every resource. It must offer the GPU profile and, where wanted, the image model.')
param location string

@minLength(36)
@maxLength(36)
@description('Application (client) id of the Entra ID app registration that callers of the API sign in to; docs/deploy.md says how to make it.')
param authClientId string

@minLength(3)
@description('Who is written to when an alert fires.')
param alertEmail string

@description('Public network access off, private endpoints and VNet integration on. False is for trials with public test data only.')
param privateNetwork bool = true

@minValue(1)
@description('Monthly cost of the resource group, in the billing currency, about which the cost budget writes at 80 % and 100 %.')
param monthlyCostLimit int = 500

@description('First month of the cost budget. Azure refuses the first day of a month that is over when the budget is made.')
param costBudgetStart string = utcNow('yyyy-MM-01')

@allowed([
  'Consumption-GPU-NC8as-T4'
  'Consumption-GPU-NC24-A100'
])
@description('Serverless GPU profile of the workers.')
param gpuProfile string = 'Consumption-GPU-NC8as-T4'

@minValue(1)
@maxValue(100)
@description('Most workers at once. The GPU quota of the subscription must allow as many.')
param maxWorkers int = 4

@description('Image of the worker that azd deployed last; empty on the first provision, where a placeholder stands in.')
param workerImage string = ''

@description('An Azure OpenAI account with an image model for the generator openai-images.')
param useAzureOpenAI bool = false

@description('Image model of the Azure OpenAI account; access to some models is by application.')
param openAIModel { name: string, version: string, skuName: string, capacity: int } = {
  name: 'gpt-image-2'
  version: '2026-04-21'
  skuName: 'GlobalStandard'
  capacity: 1
}

@description('Requests a minute that all workers together send to the image model: its quota. Empty: as many as the service takes.')
param openAIRequestsPerMinute string = ''

@minValue(1)
@maxValue(365)
@description('Days for which deleted blobs can be brought back. Deleted private images stay readable to their owner for as long.')
param softDeleteDays int = 7

@minValue(1)
@maxValue(146000)
@description('Days for which entries of the privacy ledgers can be neither changed nor deleted.')
param ledgerRetentionDays int = 3650

@minValue(1)
@maxValue(3650)
@description('Days after a run\'s end for which its history, embeddings, votes and candidates are kept.')
param runRetentionDays int = 30

@description('A custom Event Grid topic by whose events other systems ask for runs.')
param useEventTopic bool = false

@description('The function app also takes such events as Event Grid pushes them. Event Grid reaches no app without public access: true has no effect while privateNetwork is, or without the topic.')
param useEventPush bool = false

@description('Whether the code that takes them is deployed. Event Grid asks the app before it makes the subscription, so it can be made no earlier.')
param eventPushIsDeployed bool = false

@description('Hosts that may be called when a run has ended, separated by commas; *.example.org stands for everything below it. Empty: none.')
param webhookHosts string = ''

@description('Those of them that may have private addresses.')
param webhookPrivateHosts string = ''

@secure()
@description('Key that such calls are signed with: base64 of 24 to 64 random bytes. Needed as soon as a host may be called; kept in the vault.')
param webhookSecret string = ''

@description('Where the function app and the workers send measurements and traces by OTLP, such as a collector in the network. Empty: nowhere.')
param otlpEndpoint string = ''

@allowed([
  'grpc'
  'http/protobuf'
])
@description('Protocol that it speaks.')
param otlpProtocol string = 'grpc'

@description('Whether it asks for headers, such as a key.')
param useOtlpHeaders bool = false

@secure()
@description('Those headers, as NAME=VALUE separated by commas; kept in the vault.')
param otlpHeaders string = ''

var takesPushes = useEventTopic && useEventPush && !privateNetwork
var pushSubscription = 'run-requests-pushed'
var suffix = take(uniqueString(subscription().id, environmentName, location), 10)
var tags = { 'azd-env-name': environmentName }

var callsWebhooks = !empty(webhookHosts)
var sendsOtlpHeaders = !empty(otlpEndpoint) && useOtlpHeaders
var secretsInVault = callsWebhooks || sendsOtlpHeaders

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-dpsynth-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    appPrincipalId: identities.outputs.appPrincipalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    appsReadSecrets: secretsInVault
    storagePrincipalId: identities.outputs.storagePrincipalId
  }
}

module webhookSecretInVault 'modules/vault-secret.bicep' = if (callsWebhooks) {
  name: 'secret-webhook'
  scope: group
  params: {
    vaultName: vault.outputs.name
    name: 'webhook'
    value: webhookSecret
    readers: [
      { holder: 'app', principalId: identities.outputs.appPrincipalId }
    ]
  }
}

module otlpHeadersInVault 'modules/vault-secret.bicep' = if (sendsOtlpHeaders) {
  name: 'secret-otlp-headers'
  scope: group
  params: {
    vaultName: vault.outputs.name
    name: 'otlp-headers'
    value: otlpHeaders
    readers: [
      { holder: 'app', principalId: identities.outputs.appPrincipalId }
      { holder: 'worker', principalId: identities.outputs.workerPrincipalId }
    ]
  }
}

module privateAccount 'modules/private-account.bicep' = {
  name: 'private-account'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    softDeleteDays: softDeleteDays
    ledgerRetentionDays: ledgerRetentionDays
    keyName: vault.outputs.keyName
    vaultUri: vault.outputs.uri
    storageIdentityId: identities.outputs.storageIdentityId
    appPrincipalId: identities.outputs.appPrincipalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module exchangeAccount 'modules/exchange-account.bicep' = {
  name: 'exchange-account'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    softDeleteDays: softDeleteDays
    keyName: vault.outputs.keyName
    vaultUri: vault.outputs.uri
    storageIdentityId: identities.outputs.storageIdentityId
    appPrincipalId: identities.outputs.appPrincipalId
    workerPrincipalId: identities.outputs.workerPrincipalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}

module openAI 'modules/openai.bicep' = if (useAzureOpenAI) {
  name: 'openai'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    model: openAIModel
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}

module privateEndpoints 'modules/private-endpoints.bicep' = if (privateNetwork) {
  name: 'private-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    targets: concat(
      [
        { name: 'private-blob', id: privateAccount.outputs.id, groupId: 'blob' }
        { name: 'exchange-blob', id: exchangeAccount.outputs.id, groupId: 'blob' }
        { name: 'exchange-queue', id: exchangeAccount.outputs.id, groupId: 'queue' }
        { name: 'exchange-table', id: exchangeAccount.outputs.id, groupId: 'table' }
        { name: 'registry', id: registry.outputs.id, groupId: 'registry' }
      ],
      secretsInVault ? [{ name: 'vault', id: vault.outputs.id, groupId: 'vault' }] : [],
      useAzureOpenAI ? [{ name: 'openai', id: openAI!.outputs.id, groupId: 'account' }] : [],
      useEventTopic ? [{ name: 'request-topic', id: requestTopic!.outputs.id, groupId: 'topic' }] : []
    )
  }
}

module worker 'modules/worker.bicep' = {
  name: 'worker'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    image: workerImage
    gpuProfile: gpuProfile
    maxWorkers: maxWorkers
    subnetId: privateNetwork ? network!.outputs.workerSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
    identityId: identities.outputs.workerIdentityId
    clientId: identities.outputs.workerClientId
    exchangeAccountName: exchangeAccount.outputs.name
    blobEndpoint: exchangeAccount.outputs.blobEndpoint
    queueEndpoint: exchangeAccount.outputs.queueEndpoint
    registryServer: registry.outputs.loginServer
    imageApiEndpoint: useAzureOpenAI ? openAI!.outputs.endpoint : ''
    imageApiRequestsPerMinute: openAIRequestsPerMinute
    otlpEndpoint: otlpEndpoint
    otlpProtocol: otlpProtocol
    sendsOtlpHeaders: sendsOtlpHeaders
    otlpHeadersUri: sendsOtlpHeaders ? otlpHeadersInVault!.outputs.uri : ''
  }
  dependsOn: [privateEndpoints]
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    identityId: identities.outputs.appIdentityId
    clientId: identities.outputs.appClientId
    authClientId: authClientId
    exchangeBlobEndpoint: exchangeAccount.outputs.blobEndpoint
    exchangeQueueEndpoint: exchangeAccount.outputs.queueEndpoint
    exchangeTableEndpoint: exchangeAccount.outputs.tableEndpoint
    packageContainer: exchangeAccount.outputs.packageContainer
    privateBlobEndpoint: privateAccount.outputs.blobEndpoint
    telemetryName: monitoring.outputs.componentName
    runRetentionDays: runRetentionDays
    takesPushes: takesPushes
    pushTopicId: takesPushes ? requestTopic!.outputs.id : ''
    pushSubscription: takesPushes ? pushSubscription : ''
    webhookHosts: webhookHosts
    webhookPrivateHosts: webhookPrivateHosts
    webhookSecretUri: callsWebhooks ? webhookSecretInVault!.outputs.uri : ''
    otlpEndpoint: otlpEndpoint
    otlpProtocol: otlpProtocol
    sendsOtlpHeaders: sendsOtlpHeaders
    otlpHeadersUri: sendsOtlpHeaders ? otlpHeadersInVault!.outputs.uri : ''
  }
  dependsOn: [privateEndpoints]
}

module events 'modules/events.bicep' = {
  name: 'events'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateAccountId: privateAccount.outputs.id
    exchangeAccountId: exchangeAccount.outputs.id
    exchangeAccountName: exchangeAccount.outputs.name
  }
}

module requestTopic 'modules/request-topic.bicep' = if (useEventTopic) {
  name: 'request-topic'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    exchangeAccountId: exchangeAccount.outputs.id
    exchangeAccountName: exchangeAccount.outputs.name
  }
}

module requestPush 'modules/request-push.bicep' = if (takesPushes && eventPushIsDeployed) {
  name: 'request-push'
  scope: group
  params: {
    topicName: requestTopic!.outputs.name
    subscriptionName: pushSubscription
    address: functionApp.outputs.pushAddress
    authClientId: authClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
  }
}

module costBudget 'modules/cost-budget.bicep' = {
  name: 'cost-budget'
  scope: group
  params: {
    amount: monthlyCostLimit
    startDate: costBudgetStart
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer
output DPSYNTH_API string = functionApp.outputs.apiAddress
output DPSYNTH_PRIVATE_ACCOUNT string = privateAccount.outputs.name
output DPSYNTH_EXCHANGE_ACCOUNT string = exchangeAccount.outputs.name
output DPSYNTH_EVENT_TOPIC string = useEventTopic ? requestTopic!.outputs.endpoint : ''
output DPSYNTH_OPENAI_ENDPOINT string = useAzureOpenAI ? openAI!.outputs.endpoint : ''
