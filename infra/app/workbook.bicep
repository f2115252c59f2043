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
    ]
  }
  name: 'time'
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
      items: concat([timeRange], queryItems)
      '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
    })
  }
}
