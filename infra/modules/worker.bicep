// The GPU workers: a container app without ingress, from zero to as many replicas as there are jobs.
param location string
param tags object
param suffix string
@description('Empty on the first provision.')
param image string
param gpuProfile string
param maxWorkers int
@description('Empty: no network of one\'s own.')
param subnetId string
param workspaceId string
param identityId string
param clientId string
param exchangeAccountName string
param blobEndpoint string
param queueEndpoint string
param registryServer string
@description('Address of the image API of the generator openai-images; empty: none is asked.')
param imageApiEndpoint string
@description('Requests a minute that all workers together send to it; empty: no limit but the service\'s own.')
param imageApiRequestsPerMinute string
@description('Empty: nothing is sent.')
param otlpEndpoint string
param otlpProtocol string
param sendsOtlpHeaders bool
param otlpHeadersUri string

// A container asks for its profile's whole machine: the GPU is billed anyway.
var sizes = {
  'Consumption-GPU-NC8as-T4': { cpu: '8', memory: '56Gi' }
  'Consumption-GPU-NC24-A100': { cpu: '24', memory: '220Gi' }
}

var settings = [
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: blobEndpoint }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: queueEndpoint }
  { name: 'ImageApi__Endpoint', value: imageApiEndpoint }
  { name: 'ImageApi__Authentication', value: 'EntraId' }
  { name: 'ImageApi__ClientId', value: clientId }
  { name: 'ImageApi__RequestsPerMinute', value: imageApiRequestsPerMinute }
]

var otlpSettings = [
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: otlpProtocol }
]

var otlpHeaderSettings = [
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', secretRef: 'otlp-headers' }
]

// The image sets the same port.
var healthPort = 8080

// Stands in until azd has pushed the worker's image. It never starts: nothing is queued before the function app is there.
var placeholder = 'mcr.microsoft.com/k8se/quickstart:latest'

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: 'cae-dpsynth-${suffix}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    vnetConfiguration: empty(subnetId) ? null : { internal: true, infrastructureSubnetId: subnetId }
    workloadProfiles: [
      { name: 'Consumption', workloadProfileType: 'Consumption' }
      { name: 'gpu', workloadProfileType: gpuProfile }
    ]
    zoneRedundant: false
  }
}

// The newer versions are previews, and the last one that is none knows no groups of categories.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      { categoryGroup: 'allLogs', enabled: true }
    ]
  }
}

resource worker 'Microsoft.App/containerApps@2026-01-01' = {
  name: 'ca-dpsynth-worker-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'worker' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'gpu'
    configuration: {
      activeRevisionsMode: 'Single'
      registries: [
        { server: registryServer, identity: identityId }
      ]
      // Unconfirmed that the platform reaches a closed vault over the environment's network.
      secrets: sendsOtlpHeaders ? [{ name: 'otlp-headers', keyVaultUrl: otlpHeadersUri, identity: identityId }] : []
    }
    template: {
      containers: [
        {
          name: 'worker'
          image: empty(image) ? placeholder : image
          env: concat(settings, empty(otlpEndpoint) ? [] : otlpSettings, sendsOtlpHeaders ? otlpHeaderSettings : [])
          probes: [
            {
              // A first start fetches gigabytes of a model before it is ready; it lives from its first second.
              type: 'Liveness'
              httpGet: { path: '/health/live', port: healthPort }
              initialDelaySeconds: 10
              periodSeconds: 30
              timeoutSeconds: 5
              failureThreshold: 5
            }
            {
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: healthPort }
              periodSeconds: 15
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
          resources: {
            cpu: json(sizes[gpuProfile].cpu)
            memory: sizes[gpuProfile].memory
          }
        }
      ]
      // At SIGTERM jobs at work are finished or go back to the queue; the worker's own time-outs end before this. 600 is the most, as far
      // as is known.
      terminationGracePeriodSeconds: 60
      scale: {
        minReplicas: 0
        maxReplicas: maxWorkers
        cooldownPeriod: 300
        pollingInterval: 30
        rules: [
          {
            name: 'generation-jobs'
            // Counts messages at work too, which keeps a replica alive while it makes the last shard. Unconfirmed that the scaler
            // always resolves a private account's address: see that replicas start from zero.
            azureQueue: {
              accountName: exchangeAccountName
              queueName: 'generation-jobs'
              queueLength: 2
              identity: identityId
            }
          }
        ]
      }
    }
  }
}
