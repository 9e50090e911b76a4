// What somebody must look at. The function app writes one line of log for each of these conditions; the texts are its own.
param location string
param tags object
param suffix string
param email string
param workspaceId string

var conditions = [
  {
    name: 'poison-message'
    text: 'A message could not be served and lies on a poison queue.'
    line: 'Poison messages wait:'
    severity: 2
  }
  {
    name: 'run-failed'
    text: 'A run failed.'
    line: 'Run failed:'
    severity: 2
  }
  {
    name: 'budget-above-80-percent'
    text: 'A dataset has spent more than 80 % of its privacy budget.'
    line: 'Privacy budget above 80 %:'
    severity: 3
  }
  {
    name: 'ledger-verification-failed'
    text: 'A privacy ledger does not verify: somebody or something has changed it. No run on its dataset is admitted.'
    line: 'Ledger verification failed:'
    severity: 0
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-dpsynth-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'dpsynth'
    enabled: true
    emailReceivers: [
      { name: 'operator', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for condition in conditions: {
    name: 'alert-dpsynth-${condition.name}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'DpSynth: ${condition.name}'
      description: condition.text
      severity: condition.severity
      enabled: true
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      scopes: [workspaceId]
      // A new workspace has no such table until the first line arrives.
      skipQueryValidation: true
      autoMitigate: false
      muteActionsDuration: 'PT6H'
      criteria: {
        allOf: [
          {
            query: 'AppTraces | where Message startswith "${condition.line}"'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
