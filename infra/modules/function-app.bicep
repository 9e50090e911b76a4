// The function app on Flex Consumption, signed in to by Entra ID tokens only.
param location string
param tags object
param suffix string
param privateNetwork bool
@description('Empty: no network of one\'s own.')
param subnetId string
param identityId string
param clientId string
param authClientId string
param exchangeBlobEndpoint string
param exchangeQueueEndpoint string
param exchangeTableEndpoint string
param packageContainer string
param privateBlobEndpoint string
param telemetryName string
param runRetentionDays int
@description('Whether the app takes events that Event Grid pushes to it.')
param takesPushes bool
@description('The topic whose events may be pushed, and its subscription that may push them.')
param pushTopicId string
param pushSubscription string
param webhookHosts string
param webhookPrivateHosts string
@description('Where the vault keeps the key of such calls. Not read where no host may be called.')
param webhookSecretUri string
@description('Empty: nothing is sent.')
param otlpEndpoint string
param otlpProtocol string
param sendsOtlpHeaders bool
param otlpHeadersUri string

var settings = [
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: exchangeBlobEndpoint }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: exchangeQueueEndpoint }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: exchangeTableEndpoint }
  { name: 'PrivateStorage__credential', value: 'managedidentity' }
  { name: 'PrivateStorage__clientId', value: clientId }
  { name: 'PrivateStorage__blobServiceUri', value: privateBlobEndpoint }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: telemetry.properties.ConnectionString }
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${clientId};Authorization=AAD' }
  { name: 'Authentication__Mode', value: 'EasyAuth' }
  { name: 'Retention__Days', value: string(runRetentionDays) }
  { name: 'Retention__KeepWork', value: 'false' }
  { name: 'Announcements__Source', value: 'urn:dpsynth:${suffix}' }
  // UNSURE whether every plan takes a setting's name with dots in it; the documentation of disabling functions knows no other.
  { name: 'AzureWebJobs.OnRequestPushed.Disabled', value: takesPushes ? 'false' : 'true' }
  { name: 'EventPush__Topic', value: pushTopicId }
  { name: 'EventPush__Subscription', value: pushSubscription }
  { name: 'Webhooks__AllowedHosts', value: webhookHosts }
  { name: 'Webhooks__PrivateHosts', value: webhookPrivateHosts }
  { name: 'Webhooks__Secret', value: empty(webhookHosts) ? '' : '@Microsoft.KeyVault(SecretUri=${webhookSecretUri})' }
]

var otlpSettings = [
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: otlpProtocol }
]

var otlpHeaderSettings = [
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', value: '@Microsoft.KeyVault(SecretUri=${otlpHeadersUri})' }
]

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = {
  name: telemetryName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-dpsynth-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func-dpsynth-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    // References to the vault are resolved under this identity and, where the vault is closed, over the app's network. Unconfirmed that
    // this plan needs no further routing setting for the latter: see that every reference is shown as resolved.
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      appSettings: concat(settings, empty(otlpEndpoint) ? [] : otlpSettings, sendsOtlpHeaders ? otlpHeaderSettings : [])
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 4096
        maximumInstanceCount: 100
        // The task hub in the exchange account is polled by a running instance.
        alwaysReady: [{ name: 'durable', instanceCount: 1 }]
      }
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true, runtimeVersion: '~1' }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: authClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${subscription().tenantId}/v2.0'
          }
          validation: {
            allowedAudiences: [
              authClientId
              'api://${authClientId}'
            ]
          }
        }
      }
      login: {
        tokenStore: { enabled: false }
      }
    }
  }
}

output pushAddress string = 'https://${site.properties.defaultHostName}/api/events'
output apiAddress string = 'https://${site.properties.defaultHostName}/api'
