// Sign-in by the platform (App Service authentication) for the portal. Calls without it are passed on: the app answers
// anonymous routes, verifies bearer tokens itself and refuses the rest.
@description('Function app that people sign in to.')
param functionAppName string

@description('Client id of the app registration.')
param entraClientId string

resource functionApp 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
}

resource signIn 'Microsoft.Web/sites/config@2024-04-01' = {
  // checkov:skip=CKV_AZURE_222: these are settings; network access is a property of the app
  parent: functionApp
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: entraClientId
          // The name of the setting with the managed identity whose token stands in for a secret (learn.microsoft.com,
          // "Configure your App Service or Azure Functions app to use Microsoft Entra sign-in").
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
          // People of every customer's tenant: with this address alone the platform takes the issuer of any. Which
          // workspaces they manage is decided by the app.
          openIdIssuer: '${environment().authentication.loginEndpoint}common/v2.0'
        }
        validation: {
          // As API_AUDIENCE: the platform also looks at bearer tokens that the app verifies.
          allowedAudiences: [
            entraClientId
            'api://${entraClientId}'
          ]
        }
      }
    }
    login: {
      // Where /.auth/me finds the name that the portal shows. The token in it opens nothing but the sign-in itself.
      tokenStore: {
        enabled: true
      }
      // Sessions end with the working day.
      cookieExpiration: {
        convention: 'FixedTime'
        timeToExpiration: '08:00:00'
      }
    }
  }
}
