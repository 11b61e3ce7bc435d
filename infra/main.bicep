// StoreClaw on Azure Functions, Flex Consumption: one resource group holds all of it.
// Nothing here is a secret: the app signs in to storage, Key Vault and Application Insights with its managed identity.
targetScope = 'resourceGroup'

@description('Begins the name of every resource: lower-case letters and digits, a letter first.')
@minLength(3)
@maxLength(11)
param name string = 'storeclaw'

@description('The Azure region of every resource. It must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Who is told by e-mail when an alert fires.')
param alertEmail string

@description('The https address the platforms reach the app at, when it is not the app\'s own: a custom domain or a gateway. Without a final slash.')
param publicBaseUrl string = ''

@description('Further app settings of README, such as Connectors__shopify__ClientId. Give secrets as @secret:name and put them into the vault.')
param settings object = {}

@description('Memory of one instance. Halving it halves the bill of an idle app; reports over long periods need room.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('The most instances of any one function.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances kept warm for HTTP. 0 scales to zero: the first delivery after a pause then waits for a start.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttpInstances int = 0

@description('How storage is replicated. Not every region has zones.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_ZRS'

@description('Put on every resource.')
param tags object = {
  application: 'storeclaw'
}

var suffix = uniqueString(resourceGroup().id)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${name}'
  location: location
  tags: tags
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: '${name}${suffix}'
    location: location
    tags: tags
    sku: storageSku
    principalId: identity.properties.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: name
    location: location
    tags: tags
    principalId: identity.properties.principalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: 'kv-${name}-${take(suffix, 8)}'
    location: location
    tags: tags
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: '${name}-${suffix}'
    planName: 'plan-${name}'
    location: location
    tags: tags
    identityId: identity.id
    identityClientId: identity.properties.clientId
    storageAccountName: storage.outputs.accountName
    packageContainerUrl: storage.outputs.packageContainerUrl
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    keyVaultUri: vault.outputs.uri
    publicBaseUrl: publicBaseUrl
    settings: settings
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

output functionAppName string = app.outputs.name
output url string = app.outputs.url
output keyVaultName string = vault.outputs.name
output storageAccountName string = storage.outputs.accountName
