// One network: a subnet for the private endpoints, one for the function app, one for the workers. The two apps cannot share theirs.
param location string
param tags object
param suffix string

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

output id string = network.id
output endpointSubnetId string = '${network.id}/subnets/endpoints'
output appSubnetId string = '${network.id}/subnets/app'
output workerSubnetId string = '${network.id}/subnets/workers'
