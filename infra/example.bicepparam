// Copy to a file of your own, say infra/production.bicepparam, and give it to deploy.sh. Nothing in it may be a secret.
using './main.bicep'

param name = 'storeclaw'
param alertEmail = 'operations@example.com'

// Only when the platforms reach the app at another address than https://<app>.azurewebsites.net:
// param publicBaseUrl = 'https://storeclaw.example.com'

// One Shopify app of your own for all stores, approved in the browser. The secret lies in the vault under the name after @secret:.
// param settings = {
//   Connectors__shopify__ClientId: '0123456789abcdef'
//   Connectors__shopify__ClientSecret: '@secret:shopify-app'
// }

// Keeps one instance warm for deliveries, at the price of one that is always on:
// param alwaysReadyHttpInstances = 1
