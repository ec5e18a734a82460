import type { ErrorGroupRecord } from '../../../src/api/errors/error-group-records.ts'
import type { ErrorGroupDecisionRecord } from '../../../src/api/errors/error-details.ts'
import type { ErrorGroupDecision, ErrorGroupState } from '../../../src/core/error-group-state.ts'
import type { BoundedCount } from '../../../src/store/error-groups.ts'
import { countText } from '../parts/number-text.ts'

export const STATE_WORDS: Readonly<Record<ErrorGroupState, string>> = {
  came_back: 'Came back',
  new: 'New',
  open: 'Open',
  muted: 'Muted',
  resolved: 'Resolved',
}

/** `100+ users`: what was not counted to its end says so. */
export function boundedText({ count, more }: BoundedCount, one: string, many: string): string {
  return `${countText(count)}${more ? '+' : ''} ${count === 1 && !more ? one : many}`
}

export const syncsText = (count: number): string => `${countText(count)} ${count === 1 ? 'sync' : 'syncs'}`

/** Fewer say nothing about a direction. */
const FEW = 4

export type Direction = 'rising' | 'falling' | 'steady'

/** Whether the later half of the period has at least half as many again as the earlier one, or the other way round. */
export function directionOf({
  sync_count,
  recent_sync_count,
}: Pick<ErrorGroupRecord, 'sync_count' | 'recent_sync_count'>): Direction {
  const earlier = sync_count - recent_sync_count
  if (sync_count < FEW) return 'steady'
  if (recent_sync_count >= earlier * 1.5) return 'rising'
  return earlier >= recent_sync_count * 1.5 ? 'falling' : 'steady'
}

export const DIRECTION_WORDS: Readonly<Record<Direction, string>> = {
  rising: '↗ rising',
  falling: '↘ falling',
  steady: '→ steady',
}

/** What a sparkline of a group says to who hears it. */
export function trendText({
  trend,
  sync_count,
  recent_sync_count,
}: Pick<ErrorGroupRecord, 'trend' | 'sync_count' | 'recent_sync_count'>): string {
  const most = Math.max(0, ...trend)
  const direction = directionOf({ sync_count, recent_sync_count })
  return `${syncsText(sync_count)}, ${direction}: ${countText(recent_sync_count)} in the later half, at most ${countText(most)} at a time`
}

const DECISION_WORDS: Readonly<Record<ErrorGroupDecision, string>> = {
  muted: 'Muted',
  unmuted: 'Muting ended',
  resolved: 'Resolved',
  reopened: 'Opened again',
}

export const decisionWords = ({ decision }: Pick<ErrorGroupDecisionRecord, 'decision'>): string =>
  DECISION_WORDS[decision]

/** Who it was: what the token is called, or that none was needed. */
export function whoText({
  actor_kind,
  actor_id,
  actor_name,
}: Pick<ErrorGroupDecisionRecord, 'actor_kind' | 'actor_id' | 'actor_name'>): string {
  if (actor_id === null) return actor_kind === 'loopback' ? 'somebody on the server itself' : actor_kind
  return actor_name === null ? `the token ${actor_id}` : `${actor_name} (token ${actor_id})`
}
