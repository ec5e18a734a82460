import { z } from 'zod'
import { DURATION_FORMS, parseDuration } from '../core/duration-text.ts'
import { INCIDENT_RULES, INCIDENT_SEVERITIES, type IncidentRule } from '../core/incident.ts'
import { isZone } from '../core/local-time.ts'
import { WEEKDAYS, type QuietHours, type Term } from '../core/quiet-hours.ts'
import { tokenExpiry } from '../core/token-expiry.ts'
import {
  FORGET_AFTER_MS,
  NO_RULE_CHANGES,
  RULE_DEFAULTS,
  type RuleChanges,
  type RuleConfig,
} from '../incidents/rule-settings.ts'

/** What opens incidents, and when people want to hear of them. */
export interface AlertsSettings extends RuleConfig {
  /** In them what is not critical is not told; it is told when they end. */
  readonly quiet_hours: readonly QuietHours[]
  /** Outside of them `outside_terms` holds. Empty: always in a term. */
  readonly terms: readonly Term[]
  /** What nothing was heard of for so long is over, milliseconds. */
  readonly forget_after_ms: number
  /** When the tokens of users expire, epoch milliseconds. */
  readonly tokens: Readonly<Record<string, number>>
}

export interface AlertsConfig {
  /** Of the server: rules, quiet hours and terms. Only in a configuration file; what is left out has its default. */
  readonly alerts: AlertsSettings
}

export const NO_ALERTS_SETTINGS: AlertsSettings = {
  ...NO_RULE_CHANGES,
  quiet_hours: [],
  terms: [],
  forget_after_ms: FORGET_AFTER_MS,
  tokens: {},
}

export const ALERTS_DEFAULTS: AlertsConfig = { alerts: NO_ALERTS_SETTINGS }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const ALERTS_NAMES: Readonly<Record<keyof AlertsConfig, Names>> = {
  alerts: {
    environment: null,
    flag: null,
    example:
      '{ "rules": { "sync_failed": { "in_a_row": 3 } }, "quiet_hours": [{ "from": "22:00", "until": "07:00" }] }',
  },
}

const HOUR_MS = 3_600_000
const OBJECT_RULE = 'must be an object of settings'
const only = (issue: { readonly code?: string; readonly keys?: readonly string[] }): string =>
  issue.code === 'unrecognized_keys' ? `has no setting "${issue.keys?.[0] ?? ''}"` : OBJECT_RULE

const number = z.number('must be a number').min(0, 'must not be below 0').max(1e15, 'is too large')
const wholeNumber = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(1000, 'must be 1000 or less')
const duration = z
  .string(`must be ${DURATION_FORMS}`)
  .refine((text) => parseDuration(text) !== null, `must be ${DURATION_FORMS}`)
  .transform((text) => parseDuration(text) ?? 0)
const forgetAfter = duration.refine((ms) => ms >= HOUR_MS, 'must be an hour or more')
const date = z
  .string('must be a date such as 2026-09-14')
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-09-14')
  .refine((text) => tokenExpiry(text) !== null, 'must be a date such as 2026-09-14')
const time = z
  .string('must be a time of day such as 22:00')
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')
const zone = z
  .string('must be the IANA name of a time zone')
  .refine(isZone, 'must be the IANA name of a time zone')

/** Counts of runs; all other numbers may have a fraction. */
const COUNTS: ReadonlySet<string> = new Set([
  'in_a_row',
  'recover_after',
  'of_at_least',
  'users',
  'history',
  'failures',
])

/** A setting of a rule, by its default: durations are written as texts, under the name without `_ms`. */
function settingSchema(name: string, value: unknown): readonly [string, z.ZodType] {
  if (name.endsWith('_ms')) return [name.slice(0, -'_ms'.length), duration.optional()]
  if (name === 'severity') {
    const rule = `must be one of ${INCIDENT_SEVERITIES.join(', ')}`
    return [name, z.enum(INCIDENT_SEVERITIES, rule).optional()]
  }
  if (name === 'days') return [name, z.array(number, 'must be a list of days').min(1).max(3).optional()]
  if (typeof value === 'boolean') return [name, z.boolean('must be true or false').optional()]
  return [name, (COUNTS.has(name) ? wholeNumber : number).optional()]
}

/** `false` switches a rule off. */
function ruleSchema(rule: IncidentRule): z.ZodType {
  const fields = Object.entries(RULE_DEFAULTS[rule]).map(([name, value]) => settingSchema(name, value))
  return z
    .preprocess(
      (given) => (given === false ? { enabled: false } : given === true ? { enabled: true } : given),
      z.strictObject(Object.fromEntries(fields), { error: only }),
    )
    .transform((given) => {
      const durations = new Set(Object.keys(RULE_DEFAULTS[rule]).filter((name) => name.endsWith('_ms')))
      const named = Object.entries(given).map(([name, value]) => [
        durations.has(`${name}_ms`) ? `${name}_ms` : name,
        name === 'days' && Array.isArray(value) ? value.toSorted((a, b) => Number(b) - Number(a)) : value,
      ])
      return Object.fromEntries(named) as Record<string, unknown>
    })
}

const RULES = z
  .strictObject(Object.fromEntries(INCIDENT_RULES.map((rule) => [rule, ruleSchema(rule).optional()])), {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `has no rule "${issue.keys[0] ?? ''}"` : OBJECT_RULE,
  })
  .transform((given) => given as RuleChanges)

const QUIET_HOURS: z.ZodType<QuietHours> = z
  .strictObject(
    {
      from: time,
      until: time,
      days: z
        .array(z.enum(WEEKDAYS, `must be days such as ${WEEKDAYS.join(', ')}`), 'must be a list of days')
        .optional(),
      time_zone: zone.optional(),
    },
    { error: only },
  )
  .transform((given) => given as QuietHours)

const TERM: z.ZodType<Term> = z
  .strictObject({ name: z.string('must be text').min(1).max(100), starts: date, ends: date }, { error: only })
  .refine(({ starts, ends }) => starts <= ends, 'must end on or after the day on which it starts')

const EXPIRY = 'must be a date or a time with its offset, such as 2026-12-01'
const TOKENS = z.record(
  z.string().min(1).max(255),
  z
    .unknown()
    .refine((given) => tokenExpiry(given) !== null, EXPIRY)
    .transform((given) => tokenExpiry(given) ?? 0),
  'must be user ids and when their tokens expire',
)

const ALERTS: z.ZodType<AlertsSettings> = z
  .strictObject(
    {
      rules: RULES.optional(),
      by_type: z
        .record(z.string().min(1).max(255), RULES, 'must be types of syncs and their rules')
        .optional(),
      outside_terms: RULES.optional(),
      quiet_hours: z.array(QUIET_HOURS, 'must be a list').max(50).optional(),
      terms: z.array(TERM, 'must be a list').max(200).optional(),
      forget_after: forgetAfter.optional(),
      tokens: TOKENS.optional(),
    },
    { error: only },
  )
  .transform(({ forget_after: forget_after_ms, ...given }) => ({
    ...NO_ALERTS_SETTINGS,
    ...withoutUndefined({ ...given, forget_after_ms }),
  }))

function withoutUndefined<Given extends object>(
  given: Given,
): { [Name in keyof Given]?: Exclude<Given[Name], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Given]?: Exclude<Given[Name], undefined>
  }
}

export const ALERTS_SCHEMA: Readonly<Record<keyof AlertsConfig, z.ZodType>> = { alerts: ALERTS }

/** As in the section `alerts` of a configuration file. */
export const alertsSettings = (given: unknown): AlertsSettings => ALERTS.parse(given)
