// Every role that is given, each with what it is needed for. Nothing is given on the resource group or above.
@description('Storage account of the app.')
param storageAccountName string

@description('Application Insights component of the app.')
param applicationInsightsName string

@description('Log Analytics workspace behind it.')
param logAnalyticsName string

@description('The operators\' workbook.')
param workbookName string

@description('Object id of the managed identity that the app runs as.')
param identityPrincipalId string

@description('Object id of the group or person that operates the product; empty for nobody.')
param operatorsPrincipalId string

@description('What operatorsPrincipalId names.')
param operatorsPrincipalType string

// learn.microsoft.com, "Azure built-in roles".
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var logAnalyticsReader = '73c42c96-874c-492b-b04d-ab87d138a893'
var workbookReader = 'b279062a-9be3-42a0-92ae-8b3cf002ec4d'

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource logAnalytics 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: logAnalyticsName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' existing = {
  name: workbookName
}

// The host makes containers, leases a blob for each timer, keeps its keys in blobs and reads the deployed package; for
// all that it asks for this role (learn.microsoft.com, "Connecting to host storage with an identity").
resource appOwnsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identityPrincipalId, storageBlobDataOwner)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The app makes its queues and puts orders on them; the host takes orders, hides them longer while they are carried
// out, and moves those that fail to a poison queue. Message Processor may neither hide longer nor move.
resource appUsesQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identityPrincipalId, storageQueueDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// All that the product knows is in tables, which it makes itself.
resource appUsesTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identityPrincipalId, storageTableDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Application Insights takes telemetry from identities alone; it may send, not read.
resource appSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, identityPrincipalId, monitoringMetricsPublisher)
  scope: applicationInsights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Operators look into queues, redrive and discard poison.
resource operatorsUseQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsPrincipalId)) {
  name: guid(storage.id, operatorsPrincipalId, storageQueueDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
    principalId: operatorsPrincipalId
    principalType: operatorsPrincipalType
  }
}

// Operators read runs, pause schedules, enqueue a night and export journals.
resource operatorsUseTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsPrincipalId)) {
  name: guid(storage.id, operatorsPrincipalId, storageTableDataContributor)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
    principalId: operatorsPrincipalId
    principalType: operatorsPrincipalType
  }
}

// Operators run the queries of an alert, and the workbook runs its own as whoever looks at it.
resource operatorsReadLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsPrincipalId)) {
  name: guid(logAnalytics.id, operatorsPrincipalId, logAnalyticsReader)
  scope: logAnalytics
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logAnalyticsReader)
    principalId: operatorsPrincipalId
    principalType: operatorsPrincipalType
  }
}

// Operators open the workbook, which is a resource of its own beside the logs.
resource operatorsOpenWorkbook 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsPrincipalId)) {
  name: guid(workbook.id, operatorsPrincipalId, workbookReader)
  scope: workbook
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', workbookReader)
    principalId: operatorsPrincipalId
    principalType: operatorsPrincipalType
  }
}
