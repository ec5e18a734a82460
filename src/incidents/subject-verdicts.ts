import type { EndedSync } from '../store/sync-histories.ts'
import type { RuleSettings } from './rule-settings.ts'
import { duration, volume } from './rules/baseline.ts'
import {
  syncFailed,
  syncLost,
  syncPartial,
  syncTimedOut,
  tokenInvalid,
  unexpectedEmpty,
} from './rules/endings.ts'
import type { Verdict } from './rules/verdict.ts'
import { logLoss, throttled } from './rules/work.ts'

export interface SubjectHistory {
  /** The newest first. */
  readonly history: readonly EndedSync[]
  readonly settings: RuleSettings
  readonly time_zone: string
  /** Whether enough other users met the same error at the same time: then one failure is enough. */
  readonly spread: boolean
}

/** Rules that look at the syncs of one type of one user, and nothing else. */
export const SUBJECT_RULES = [
  'sync_failed',
  'sync_partial',
  'sync_lost',
  'sync_timed_out',
  'unexpected_empty',
  'token_invalid',
  'volume',
  'duration',
  'throttled',
  'log_loss',
] as const
export type SubjectRule = (typeof SUBJECT_RULES)[number]

const RULES: Readonly<Record<SubjectRule, (given: SubjectHistory) => Verdict>> = {
  sync_failed: failedVerdict,
  sync_partial: ({ history, settings }) => syncPartial(history, settings.sync_partial),
  sync_lost: ({ history, settings }) => syncLost(history, settings.sync_lost),
  sync_timed_out: ({ history, settings }) => syncTimedOut(history, settings.sync_timed_out),
  unexpected_empty: ({ history, settings }) => unexpectedEmpty(history, settings.unexpected_empty),
  token_invalid: ({ history, settings }) => tokenInvalid(history, settings.token_invalid),
  volume: ({ history, settings, time_zone }) => volume(history, settings.volume, time_zone),
  duration: ({ history, settings }) => duration(history, settings.duration),
  throttled: ({ history, settings }) => throttled(history, settings.throttled),
  log_loss: ({ history, settings }) => logLoss(history, settings.log_loss),
}

/** What a rule says of a history; `good` when it is switched off. */
export function subjectVerdict(rule: SubjectRule, given: SubjectHistory): Verdict {
  return given.settings[rule].enabled ? RULES[rule](given) : 'good'
}

/** One failure is enough where others fail in the same way. */
function failedVerdict({ history, settings, spread }: SubjectHistory): Verdict {
  const verdict = syncFailed(history, settings.sync_failed)
  return verdict === 'unknown' && spread
    ? syncFailed(history, { ...settings.sync_failed, in_a_row: 1 })
    : verdict
}
