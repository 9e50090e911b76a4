// One network: a subnet for the private endpoints, one for the function app, one for the workers. The two apps cannot share theirs.
param location string
param tags object
param suffix string

var zoneNames = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.azurecr.io'
  'privatelink.openai.azure.com'
  'privatelink.eventgrid.azure.net'
]

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: 'vnet-dpsynth-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.40.0.0/16'] }
    subnets: [
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.40.1.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'app'
        properties: {
          addressPrefix: '10.40.2.0/24'
          delegations: [
            {
              name: 'app'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'workers'
        properties: {
          addressPrefix: '10.40.4.0/23'
          delegations: [
            {
              name: 'workers'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, i) in zoneNames: {
    parent: zone[i]
    name: 'dpsynth'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

output endpointSubnetId string = '${network.id}/subnets/endpoints'
output appSubnetId string = '${network.id}/subnets/app'
output workerSubnetId string = '${network.id}/subnets/workers'
output blobZoneId string = zone[0].id
output queueZoneId string = zone[1].id
output tableZoneId string = zone[2].id
output registryZoneId string = zone[3].id
output openAIZoneId string = zone[4].id
output eventGridZoneId string = zone[5].id
