// One alert for each row of alerts.json: it fires when its query returns anything.
@description('What the names of the alerts begin with.')
param namePrefix string

@description('Log Analytics workspace that the queries look into.')
param logAnalyticsId string

@description('Action group that is told.')
param actionGroupId string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

var alerts = loadJsonContent('../alerts.json')

// A file's name has to be known when Bicep compiles: each query of an alert is named here once.
var queries = {
  night_missing: loadTextContent('../queries/night_missing.kql')
  oldest_order: loadTextContent('../queries/oldest_order.kql')
  poison: loadTextContent('../queries/poison.kql')
  failed_runs: loadTextContent('../queries/failed_runs.kql')
  removals_spike: loadTextContent('../queries/removals_spike.kql')
  holds_waiting: loadTextContent('../queries/holds_waiting.kql')
  connections_lost: loadTextContent('../queries/connections_lost.kql')
  drift: loadTextContent('../queries/drift.kql')
  graph_throttled: loadTextContent('../queries/graph_throttled.kql')
  storage_errors: loadTextContent('../queries/storage_errors.kql')
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts: {
  name: '${namePrefix}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.title
    description: '${alert.description} What to do: ${alert.runbook}'
    severity: alert.severity
    enabled: true
    // In a new workspace some tables are not there before their first row; tests hold the queries to what is emitted.
    skipQueryValidation: true
    scopes: [
      logAnalyticsId
    ]
    evaluationFrequency: alert.every
    windowSize: alert.window
    criteria: {
      allOf: [
        {
          query: queries[alert.query]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // Each closes by itself when its query is quiet again.
    autoMitigate: true
    actions: {
      actionGroups: [
        actionGroupId
      ]
      customProperties: {
        runbook: alert.runbook
      }
    }
  }
}]
