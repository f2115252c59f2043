// A virtual network with two subnets: one the app goes out through, one with the private endpoints of storage.
@description('Name of the virtual network.')
param name string

@description('Name of the network security group of both subnets.')
param securityGroupName string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

// Azure's own rules: in from the network itself alone, out to anywhere. Microsoft Graph has no private endpoint.
resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: securityGroupName
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          // One address for each instance, and some to spare.
          addressPrefix: '10.0.0.0/22'
          networkSecurityGroup: {
            id: securityGroup.id
          }
          // As Flex Consumption needs it (learn.microsoft.com, "Azure Functions networking options").
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: '10.0.4.0/27'
          networkSecurityGroup: {
            id: securityGroup.id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

output id string = network.id
output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/private-endpoints'
