// Everything that one environment of Scheduled Syncs needs in a subscription; `azd up` deploys it.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the environment, such as production. All names are derived from it.')
param environmentName string

@minLength(1)
@description('Azure region of all resources; one that offers Flex Consumption.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

// Not asked for: `azd up` looks for missing parameters before its hook has made the registration. The app does not start
// without it.
@maxLength(36)
@description('Client id of the multi-tenant app registration (infra/app-registration), which azd\'s hook fills in.')
param entraClientId string = ''

@description('Tenant of the platform that manages workspaces. Empty, together with platformClientIds: nobody may act as the platform.')
param platformTenantId string = ''

@description('Client ids, separated by commas, of the apps that may act as the platform.')
param platformClientIds string = ''

@description('Where browsers reach the app when it has a domain of its own, such as https://syncs.example. Empty: the address that the platform gives it.')
param publicUrl string = ''

@description('Where the portal sends people who need help, https: or mailto:. Empty: no link.')
param supportUrl string = ''

@description('E-mail address that alerts go to. Empty: they are only shown in the Azure portal.')
param alertEmail string = ''

@description('Object id of a group or person that may operate the product with `python -m ops`. Empty: nobody.')
param operatorsPrincipalId string = ''

@allowed([
  'Group'
  'User'
  'ServicePrincipal'
])
@description('What operatorsPrincipalId names.')
param operatorsPrincipalType string = 'Group'

@description('Keep storage off the public network, behind private endpoints in a virtual network of its own. Costs some 25 dollars a month.')
param vnetEnabled bool = false

@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
@description('How storage is replicated. Zone redundancy survives the loss of a data centre; regions without zones take Standard_GRS.')
param storageSku string = 'Standard_ZRS'

@allowed([
  '3.11'
  '3.12'
])
@description('Version of Python that the functions run on; these are tested.')
param pythonVersion string = '3.12'

@allowed([
  512
  2048
  4096
])
@description('Memory of one instance, in megabytes.')
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
@description('Most instances of each function. 40 instances of sync_group carry out 480 runs at a time (host.json: 12 each).')
param maximumInstanceCount int = 40

@minValue(30)
@maxValue(730)
@description('Days that telemetry and logs are kept.')
param logRetentionDays int = 30

@minValue(8)
@maxValue(3650)
@description('Days that runs and their journals are kept.')
param historyDays int = 90

@minValue(1)
@maxValue(3600)
@description('Seconds that a run may go without a sign of life.')
param runLeaseSeconds int = 90

@minValue(1)
@maxValue(1000000)
@description('What one caller may ask of one instance in a minute.')
param apiRequestsPerMinute int = 600

@description('Microsoft Graph of the cloud that customers are in.')
param graphBaseUrl string = 'https://graph.microsoft.com/v1.0'

var abbrs = loadJsonContent('./abbreviations.json')
var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
  product: 'scheduled-syncs-for-entra'
}
var functionAppName = '${abbrs.webSitesFunctions}api-${resourceToken}'
var deploymentContainerName = 'app-package'

resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: '${abbrs.resourcesResourceGroups}${environmentName}'
  location: location
  tags: tags
}

module identity './app/identity.bicep' = {
  name: 'identity'
  scope: rg
  params: {
    name: '${abbrs.managedIdentityUserAssignedIdentities}api-${resourceToken}'
    location: location
    tags: tags
  }
}

module monitoring './app/monitoring.bicep' = {
  name: 'monitoring'
  scope: rg
  params: {
    logAnalyticsName: '${abbrs.operationalInsightsWorkspaces}${resourceToken}'
    applicationInsightsName: '${abbrs.insightsComponents}${resourceToken}'
    actionGroupName: '${abbrs.insightsActionGroups}${resourceToken}'
    alertEmail: alertEmail
    retentionDays: logRetentionDays
    location: location
    tags: tags
  }
}

module storage './app/storage.bicep' = {
  name: 'storage'
  scope: rg
  params: {
    name: '${abbrs.storageStorageAccounts}${resourceToken}'
    sku: storageSku
    deploymentContainerName: deploymentContainerName
    publicNetwork: !vnetEnabled
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    location: location
    tags: tags
  }
}

module rbac './app/rbac.bicep' = {
  name: 'rbac'
  scope: rg
  params: {
    storageAccountName: storage.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    logAnalyticsName: monitoring.outputs.logAnalyticsName
    workbookName: workbook.outputs.name
    identityPrincipalId: identity.outputs.principalId
    operatorsPrincipalId: operatorsPrincipalId
    operatorsPrincipalType: operatorsPrincipalType
  }
}

module vnet './app/vnet.bicep' = if (vnetEnabled) {
  name: 'vnet'
  scope: rg
  params: {
    name: '${abbrs.networkVirtualNetworks}${resourceToken}'
    securityGroupName: '${abbrs.networkNetworkSecurityGroups}${resourceToken}'
    location: location
    tags: tags
  }
}

module storagePrivateEndpoint './app/storage-PrivateEndpoint.bicep' = if (vnetEnabled) {
  name: 'storagePrivateEndpoint'
  scope: rg
  params: {
    storageAccountName: storage.outputs.name
    endpointNamePrefix: '${abbrs.networkPrivateEndpoints}${resourceToken}'
    virtualNetworkId: vnetEnabled ? vnet.outputs.id : ''
    subnetId: vnetEnabled ? vnet.outputs.endpointSubnetId : ''
    location: location
    tags: tags
  }
}

module api './app/api.bicep' = {
  name: 'api'
  scope: rg
  params: {
    name: functionAppName
    planName: '${abbrs.webServerFarms}${resourceToken}'
    storageAccountName: storage.outputs.name
    deploymentContainerName: deploymentContainerName
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    virtualNetworkSubnetId: vnetEnabled ? vnet.outputs.appSubnetId : ''
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    entraClientId: entraClientId
    graphBaseUrl: graphBaseUrl
    platformTenantId: platformTenantId
    platformClientIds: platformClientIds
    publicUrl: publicUrl
    supportUrl: supportUrl
    historyDays: historyDays
    runLeaseSeconds: runLeaseSeconds
    apiRequestsPerMinute: apiRequestsPerMinute
    location: location
    tags: tags
  }
  // The triggers begin as soon as there is code: by then the identity has to be let in.
  dependsOn: [
    rbac
  ]
}

module auth './app/auth.bicep' = {
  name: 'auth'
  scope: rg
  params: {
    functionAppName: api.outputs.name
    entraClientId: entraClientId
  }
}

module alerts './app/alerts.bicep' = {
  name: 'alerts'
  scope: rg
  params: {
    namePrefix: '${abbrs.insightsScheduledQueryRules}${resourceToken}'
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    actionGroupId: monitoring.outputs.actionGroupId
    location: location
    tags: tags
  }
}

module workbook './app/workbook.bicep' = {
  name: 'workbook'
  scope: rg
  params: {
    displayName: 'Scheduled Syncs (${environmentName})'
    logAnalyticsId: monitoring.outputs.logAnalyticsId
    location: location
    tags: tags
  }
}

// azd keeps these in its environment; infra/app-registration and the README use them.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output ENTRA_AUTHORITY string = environment().authentication.loginEndpoint
output AZURE_RESOURCE_GROUP string = rg.name
output AZURE_FUNCTION_NAME string = api.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.logAnalyticsCustomerId
output SERVICE_API_NAME string = api.outputs.name
output SERVICE_API_URI string = api.outputs.uri
output SERVICE_API_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output STORAGE_QUEUE_SERVICE_URI string = storage.outputs.queueServiceUri
output STORAGE_TABLE_SERVICE_URI string = storage.outputs.tableServiceUri
