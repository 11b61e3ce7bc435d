// The function app: Flex Consumption, .NET 10 isolated worker.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageAccountName string
param packageContainerUrl string
param applicationInsightsName string
param keyVaultUri string
param publicBaseUrl string
param settings object
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttpInstances int

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
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
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    // Flex Consumption refuses a deployment that sets ftpsState, linuxFxVersion or functionAppScaleLimit here (error 51021).
    siteConfig: {
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttpInstances == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyHttpInstances
          }
        ]
      }
      // '10.0' and not '10': the shorter one is accepted and the host then never starts.
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
    }
  }
}

// Without these a password opens the deployment endpoint; deploy.sh signs in instead.
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [for policy in ['ftp', 'scm']: {
  parent: app
  name: policy
  properties: {
    allow: false
  }
}]

// A resource of its own, since PublicBaseUrl is known only once the app has its host name. Replaces all settings: give further ones by the parameter.
resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, {
    AzureWebJobsStorage__accountName: storageAccountName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AZURE_CLIENT_ID: identityClientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    // Under load the host keeps a sample only. Alerts look for single lines, so all lines are kept, less the host's own two about every call.
    AzureFunctionsJobHost__logging__applicationInsights__samplingSettings__excludedTypes: 'Exception;Trace'
    AzureFunctionsJobHost__logging__logLevel__Function: 'Warning'
    KeyVault__Uri: keyVaultUri
    PublicBaseUrl: empty(publicBaseUrl) ? 'https://${app.properties.defaultHostName}' : publicBaseUrl
  })
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
