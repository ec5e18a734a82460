import { toWallTime } from '../../core/local-time.ts'
import type { EndedSync } from '../../store/sync-histories.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { findingOf } from './in-a-row.ts'
import type { Verdict } from './verdict.ts'

/** Older ones say nothing of this term. */
const BASELINE_RUNS = 30
/** Makes the median absolute deviation of normally distributed values their standard deviation (1 / Φ⁻¹(3/4)). */
const MAD_SCALE = 1.4826
/** What is within this part of every threshold is good again; between it and the threshold nothing changes. */
const RECOVERY = 0.7

/** The value in the middle of them; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** By linear interpolation between the two that lie around it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at))
}

/** Completed ones that did the same as the newest, which is the first of them; none when the newest did not complete. */
export function comparable(history: readonly EndedSync[]): EndedSync[] {
  const [newest] = history
  if (newest?.sync_status !== 'completed') return []
  return history.filter(
    ({ sync_status, incremental, target_course_id }) =>
      sync_status === 'completed' &&
      incremental === newest.incremental &&
      target_course_id === newest.target_course_id,
  )
}

/**
 * How many records a sync processed, against its own history: median and median absolute deviation, of the same weekday
 * where there are enough of it.
 */
export function volume(
  history: readonly EndedSync[],
  settings: RuleSettings['volume'],
  time_zone: string,
): Verdict {
  const [newest, ...before] = comparable(history)
  if (newest === undefined) return 'unknown'
  const day = weekday(newest, time_zone)
  const weekdays = before.filter((sync) => weekday(sync, time_zone) === day)
  const same_weekday = weekdays.length >= settings.history
  const baseline = (same_weekday ? weekdays : before).slice(0, BASELINE_RUNS)
  if (baseline.length < settings.history) return 'unknown'
  const middle = median(baseline.map(({ processed }) => processed))
  const spread = MAD_SCALE * median(baseline.map(({ processed }) => Math.abs(processed - middle)))
  const away = Math.abs(newest.processed - middle)
  const beyond = (part: number): boolean =>
    away > part * settings.deviations * spread &&
    away > (part * settings.percent * middle) / 100 &&
    away > part * settings.records
  if (!beyond(1)) return beyond(RECOVERY) ? 'unknown' : 'good'
  const facts = {
    processed: newest.processed,
    usual: Math.round(middle),
    usual_low: Math.max(0, Math.round(middle - settings.deviations * spread)),
    usual_high: Math.round(middle + settings.deviations * spread),
    side: newest.processed < middle ? 'low' : 'high',
    same_weekday,
    history: baseline.length,
  }
  const said = before.slice(0, 1).map((sync) => ({ sync, bad: false }))
  return findingOf([newest], said, { severity: settings.severity, facts })
}

function weekday({ started_at }: EndedSync, time_zone: string): number {
  const { year, month, day } = toWallTime(started_at, time_zone)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay()
}

/** How long the newest ones took, against those before them, on both sides. */
export function duration(history: readonly EndedSync[], settings: RuleSettings['duration']): Verdict {
  const runs = comparable(history).filter(({ duration_ms }) => duration_ms !== null)
  const newest = runs.slice(0, settings.in_a_row)
  const before = runs.slice(settings.in_a_row, settings.in_a_row + BASELINE_RUNS)
  if (newest.length < settings.in_a_row || before.length < settings.history) return 'unknown'
  const usual = before.map(({ duration_ms }) => duration_ms ?? 0)
  const [p5, middle, p95] = [quantile(usual, 0.05), median(usual), quantile(usual, 0.95)]
  const sideOf = ({ duration_ms }: EndedSync, part: number): 'slow' | 'fast' | 'usual' => {
    const took = duration_ms ?? 0
    const factor = 1 + (settings.factor - 1) * part
    if (took > p95 * factor && took - p95 > part * settings.at_least_ms) return 'slow'
    if (took < p5 / factor && p5 - took > part * settings.at_least_ms) return 'fast'
    return 'usual'
  }
  const [first] = newest
  const side = first === undefined ? 'usual' : sideOf(first, 1)
  if (side !== 'usual' && newest.every((sync) => sideOf(sync, 1) === side)) {
    const facts = {
      side,
      duration_ms: Math.round(first?.duration_ms ?? 0),
      usual_ms: Math.round(middle),
      p95_ms: Math.round(p95),
      p5_ms: Math.round(p5),
      history: before.length,
    }
    const said = before.slice(0, 1).map((sync) => ({ sync, bad: false }))
    return findingOf(newest, said, { severity: settings.severity, facts })
  }
  return first !== undefined && sideOf(first, RECOVERY) === 'usual' ? 'good' : 'unknown'
}
