// What wakes somebody: e-mail, because the team's channel may be what is broken. README, "What each alert means", has a row for each.
param name string
param location string
param tags object
param workspaceId string
param email string

var said = 'AppTraces | where Message matches regex'

var rules = [
  {
    key: 'parked'
    title: 'a message was parked'
    query: '${said} "^A message of .+ was parked"'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    key: 'run-failed'
    title: 'a task run failed'
    query: '${said} "^Run .+ of task .+ failed$"'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    key: 'reauthorization'
    title: 'a store must be connected again'
    query: '${said} "^Connection .+ must be authorized again"'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    key: 'channel'
    title: 'the team cannot be told'
    query: '${said} "^Channel .+ (failed: |gave .+ notices up)"'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    key: 'not-stored'
    title: 'deliveries could not be stored'
    query: '${said} "^A delivery for .+ could not be stored"'
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    key: 'silent'
    title: 'the app does nothing'
    query: 'AppRequests | where Name == "DueTasks"'
    operator: 'LessThan'
    threshold: 1
    severity: 1
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'Global'
  tags: tags
  properties: {
    groupShortName: take(name, 12)
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// Looked at every quarter of an hour over half an hour, since log lines arrive some minutes late.
resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in rules: {
  name: 'alert-${name}-${rule.key}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'StoreClaw: ${rule.title}'
    description: 'README, "What each alert means": ${rule.key}.'
    severity: rule.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    autoMitigate: true
    // A new workspace has none of the tables yet.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: rule.operator
          threshold: rule.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        operators.id
      ]
    }
  }
}]
