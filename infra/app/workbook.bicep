// The operators' workbook: one part for each row of workbook.json, over the queries in infra/queries.
@description('Name that it is shown by.')
param displayName string

@description('Log Analytics workspace that the queries look into.')
param logAnalyticsId string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

var parts = loadJsonContent('../workbook.json')

// A file's name has to be known when Bicep compiles: each query of a part is named here once.
var queries = {
  tonight: loadTextContent('../queries/tonight.kql')
  runs_by_state: loadTextContent('../queries/runs_by_state.kql')
  durations: loadTextContent('../queries/durations.kql')
  changes_by_kind: loadTextContent('../queries/changes_by_kind.kql')
  by_workspace: loadTextContent('../queries/by_workspace.kql')
  throttling: loadTextContent('../queries/throttling.kql')
  queues: loadTextContent('../queries/queues.kql')
  poison_reasons: loadTextContent('../queries/poison_reasons.kql')
  troubles: loadTextContent('../queries/troubles.kql')
  one_run: loadTextContent('../queries/one_run.kql')
  one_person: loadTextContent('../queries/one_person.kql')
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

// Workbooks/JSON of the Azure Monitor workbooks: an item of type 3 is a query, one of type 1 a text, of type 9 a
// parameter.
var timeRange = {
  type: 9
  content: {
    version: 'KqlParameterItem/1.0'
    parameters: [
      {
        id: guid('timeRange')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time'
        type: 4
        isRequired: true
        value: {
          durationMs: 86400000
        }
        typeSettings: {
          selectableValues: [
            {
              durationMs: 3600000
            }
            {
              durationMs: 86400000
            }
            {
              durationMs: 604800000
            }
            {
              durationMs: 2592000000
            }
          ]
          allowCustom: true
        }
      }
      {
        id: guid('run')
        version: 'KqlParameterItem/1.0'
        name: 'Run'
        label: 'Run (workspace/group/run)'
        type: 1
        value: ''
      }
      {
        id: guid('person')
        version: 'KqlParameterItem/1.0'
        name: 'Person'
        label: 'Person (recipient id)'
        type: 1
        value: ''
      }
    ]
  }
  name: 'time'
}

// Telemetry knows ids alone.
var valuesOfOnePerson = {
  type: 1
  content: {
    json: 'Who a recipient is, and the old and new values of each change, are told by the journals: in the portal under People, or by GET /api/workspaces/{workspace}/recipients/{recipient}/timeline.'
  }
  name: 'values-of-one-person'
}

var queryItems = [for part in parts: {
  type: 3
  content: {
    version: 'KqlItem/1.0'
    query: queries[part.query]
    size: part.size
    title: part.title
    timeContextFromParameter: 'TimeRange'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    visualization: part.visualization
  }
  name: part.name
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'operations')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: logAnalyticsId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([timeRange], queryItems, [valuesOfOnePerson])
      '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
    })
  }
}

output name string = workbook.name
