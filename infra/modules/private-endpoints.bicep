// Private addresses of services, and their names: one zone for each kind of service that is there.
param location string
param tags object
param networkId string
param subnetId string
@description('name: part of the endpoint\'s name; id: the service; groupId: which of its addresses.')
param targets { name: string, id: string, groupId: string }[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  registry: 'privatelink.azurecr.io'
  vault: 'privatelink.vaultcore.azure.net'
  account: 'privatelink.openai.azure.com'
  topic: 'privatelink.eventgrid.azure.net'
}

var groupIds = union(map(targets, target => target.groupId), [])

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for groupId in groupIds: {
    name: zoneNames[groupId]
    location: 'global'
    tags: tags
  }
]

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (groupId, i) in groupIds: {
    parent: zone[i]
    name: 'dpsynth'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for target in targets: {
    name: 'pe-dpsynth-${target.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: target.name
          properties: {
            privateLinkServiceId: target.id
            groupIds: [target.groupId]
          }
        }
      ]
    }
  }
]

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (target, i) in targets: {
    parent: endpoint[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: target.groupId
          properties: { privateDnsZoneId: zone[indexOf(groupIds, target.groupId)].id }
        }
      ]
    }
  }
]
