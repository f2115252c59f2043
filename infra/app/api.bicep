// The function app on its Flex Consumption plan, and every setting that it takes.
@description('Name of the function app.')
param name string

@description('Name of its plan.')
param planName string

@description('Storage account of the app.')
param storageAccountName string

@description('Blob container that deployments are kept in.')
param deploymentContainerName string

@description('Application Insights component that telemetry goes to.')
param applicationInsightsName string

@description('Log Analytics workspace that the platform\'s own logs go to.')
param logAnalyticsId string

@description('Resource id of the managed identity that the app runs as.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Subnet that the app goes out through; empty for none.')
param virtualNetworkSubnetId string

@description('Version of Python.')
param pythonVersion string

@description('Memory of one instance, in megabytes.')
param instanceMemoryMB int

@description('Most instances of each function.')
param maximumInstanceCount int

@description('Client id of the app registration.')
param entraClientId string

@description('Microsoft Graph of the cloud that customers are in.')
param graphBaseUrl string

@description('Tenant of the platform, or empty.')
param platformTenantId string

@description('Client ids of the platform, or empty.')
param platformClientIds string

@description('Where browsers reach the app, or empty.')
param publicUrl string

@description('Where people are helped, or empty.')
param supportUrl string

@description('Days that runs are kept.')
param historyDays int

@description('Seconds that a run may go without a sign of life.')
param runLeaseSeconds int

@description('What one caller may ask of one instance in a minute.')
param apiRequestsPerMinute int

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  // checkov:skip=CKV_AZURE_225: it needs two instances always ready, and a late night is caught up by the next
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource functionApp 'Microsoft.Web/sites@2024-04-01' = {
  // checkov:skip=CKV_AZURE_222: customers' browsers and the platform call it from everywhere
  // checkov:skip=CKV_AZURE_17: callers prove themselves by Entra ID's tokens, not by client certificates
  // checkov:skip=CKV_AZURE_212: the platform starts instances when there is work, and none when there is none
  name: name
  location: location
  // azd finds by the last tag what it deploys the service `api` of azure.yaml to.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(virtualNetworkSubnetId) ? null : virtualNetworkSubnetId
    // No more than these: Flex Consumption refuses what is about servers, ftpsState among it (learn.microsoft.com, "App
    // settings reference for Azure Functions", "Flex Consumption plan deprecations").
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // Nothing waits for work: the platform wakes the app for midnight, for messages and for requests.
        alwaysReady: []
        triggers: {
          // The functions wait for storage and Entra ID nearly all of their time; Python's default would be 1. How
          // many orders an instance carries out at a time stands in host.json: batchSize + newBatchThreshold.
          http: {
            perInstanceConcurrency: 32
          }
        }
      }
    }
  }
}

// Deployments come with an identity; there is no user name and password for them.
resource noPasswordForDeployments 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: functionApp
  name: 'scm'
  properties: {
    allow: false
  }
}

resource noPasswordForFiles 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: functionApp
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  // checkov:skip=CKV_AZURE_222: these are settings; network access is a property of the app
  parent: functionApp
  name: 'appsettings'
  properties: {
    // The host's own storage.
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    // The product's storage: docs/settings.md from here on.
    SyncStorage__credential: 'managedidentity'
    SyncStorage__clientId: identityClientId
    SyncStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
    SyncStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    // Midnight UTC. Flex Consumption knows no other time zone.
    SYNC_SCHEDULE: '0 0 0 * * *'
    RUN_LEASE_SECONDS: string(runLeaseSeconds)
    HISTORY_DAYS: string(historyDays)
    // To the customers' tenants the app proves itself by this identity's token: no secret, no certificate.
    ENTRA_CLIENT_ID: entraClientId
    ENTRA_MANAGED_IDENTITY_CLIENT_ID: identityClientId
    ENTRA_AUTHORITY: environment().authentication.loginEndpoint
    GRAPH_BASE_URL: graphBaseUrl
    PUBLIC_URL: publicUrl
    SUPPORT_URL: supportUrl
    API_AUDIENCE: '${entraClientId},api://${entraClientId}'
    API_AUTHORITY: environment().authentication.loginEndpoint
    API_REQUESTS_PER_MINUTE: string(apiRequestsPerMinute)
    PLATFORM_TENANT_ID: platformTenantId
    PLATFORM_CLIENT_IDS: platformClientIds
    // The platform signs people in (auth.bicep) and drops identity headers that come from outside.
    TRUST_PLATFORM_AUTH: 'true'
    // The platform's sign-in proves itself by the same identity, in place of a client secret.
    OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
    // No key in the connection string opens anything: telemetry is taken from the identity alone.
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    // The exporter does not count itself among the product's metrics.
    APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: functionApp
  properties: {
    workspaceId: logAnalyticsId
    // What the host says, also when the app does not start and so sends no telemetry.
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

output name string = functionApp.name
output uri string = 'https://${functionApp.properties.defaultHostName}'
