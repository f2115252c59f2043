// Where telemetry and logs go, and whom an alert tells.
@description('Name of the Log Analytics workspace.')
param logAnalyticsName string

@description('Name of the Application Insights component.')
param applicationInsightsName string

@description('Name of the action group.')
param actionGroupName string

@description('E-mail address that alerts go to; empty for none.')
param alertEmail string

@description('Days that telemetry and logs are kept.')
param retentionDays int

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

resource logAnalytics 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: logAnalyticsName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      // Entra ID alone: no workspace keys.
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logAnalytics.id
    // Entra ID alone: the connection string says where, the identity's role says that it may.
    DisableLocalAuth: true
    // A sampled night would miss runs.
    SamplingPercentage: 100
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  // Action groups of the whole world have this place (learn.microsoft.com, "Action groups").
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'SchedSyncs'
    enabled: true
    emailReceivers: empty(alertEmail) ? [] : [
      {
        name: 'operators'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

output logAnalyticsId string = logAnalytics.id
output logAnalyticsName string = logAnalytics.name
output logAnalyticsCustomerId string = logAnalytics.properties.customerId
output applicationInsightsName string = applicationInsights.name
output actionGroupId string = actionGroup.id
