import { z } from 'zod'
import { INCIDENT_RULES, type IncidentRule } from '../../core/incident.ts'
import { NO_RULE_CHANGES, ruleSettings, type RuleChanges } from '../../incidents/rule-settings.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'

type Settings = Readonly<Record<string, number | string | boolean | readonly number[]>>

export interface IncidentRuleRecord {
  readonly rule: IncidentRule
  /** Durations are milliseconds. */
  readonly settings: Settings
  /** What differs for types of syncs. */
  readonly by_type: Readonly<Record<string, Settings>>
  /** What differs while no term runs. */
  readonly outside_terms: Settings
  /** How many incidents it says there are now. */
  readonly open: number
}

export interface IncidentRulesRecord {
  readonly count: number
  readonly rules: readonly IncidentRuleRecord[]
}

const settings: z.ZodType<Settings> = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]),
)

export const incidentRulesSchema: z.ZodType<IncidentRulesRecord> = z
  .object({
    count: z.int().min(0),
    rules: z.array(
      z
        .object({
          rule: z.enum(INCIDENT_RULES),
          settings,
          by_type: z.record(z.string(), settings),
          outside_terms: settings,
          open: z.int().min(0),
        })
        .meta({ title: 'IncidentRule' }),
    ),
  })
  .meta({ title: 'IncidentRules' })

/** The rules as they are set, in and out of terms, and how many incidents each has open. */
export async function getIncidentRules(
  _input: unknown,
  { store, incident_rules = NO_RULE_CHANGES }: ApiServices,
): Promise<Answer> {
  const open = Map.groupBy(await store.incidents.listOpen(), ({ rule }) => rule)
  const all = ruleSettings(incident_rules, null, true)
  const changesOf = (changes: RuleChanges, rule: IncidentRule): Settings => changes[rule] ?? {}
  const rules = INCIDENT_RULES.map((rule): IncidentRuleRecord => {
    const types = Object.entries(incident_rules.by_type).filter(([, changes]) => changes[rule] !== undefined)
    return {
      rule,
      settings: all[rule] as unknown as Settings,
      by_type: Object.fromEntries(types.map(([type, changes]) => [type, changesOf(changes, rule)])),
      outside_terms: changesOf(incident_rules.outside_terms, rule),
      open: open.get(rule)?.length ?? 0,
    }
  })
  const body: IncidentRulesRecord = { count: rules.length, rules }
  return ok(body)
}
