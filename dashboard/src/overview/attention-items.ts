import type { ErrorGroupRecord } from '../../../src/api/errors/error-group-records.ts'
import type { IncidentRecord } from '../../../src/core/incident-record.ts'
import type { IncidentSeverity } from '../../../src/core/incident.ts'
import { errorTypeFacts } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import type { SyncStatus } from '../../../src/core/sync-status.ts'
import { wordsIn } from '../incidents/incident-text.ts'
import { whoseOf } from '../parts/sync-words.ts'
import { isSilent } from './silent-syncs.ts'
import { targetText, type SourceFreshness } from './source-freshness.ts'

/** What somebody should look at, and what to do then. */
export interface AttentionItem {
  readonly key: string
  /** Higher is worse. */
  readonly weight: number
  readonly mark: SyncStatus | 'silent' | 'stale' | 'never' | 'held' | 'new_error' | IncidentSeverity
  readonly title: string
  readonly href: string
  /** Epoch milliseconds; null where there is no such moment. */
  readonly at_ms: number | null
  readonly detail: string | null
  readonly next_step: string | null
  /** What to type for it. */
  readonly command: string | null
  /** How many like it there are besides, and where they are listed. */
  readonly others: { readonly count: number; readonly href: string } | null
  /** The error was not there before, or had been resolved. */
  readonly is_new: boolean
}

export interface Troubles {
  /** What is wrong, and nobody looks after. */
  readonly incidents: readonly IncidentRecord[]
  /** The newest first. */
  readonly troubled: readonly SyncRecord[]
  readonly running: readonly SyncRecord[]
  readonly sources: readonly SourceFreshness[]
  readonly target_seconds: number
  /** Errors that were not there before, or came back. */
  readonly new_errors: readonly ErrorGroupRecord[]
  /** What the troubled syncs were asked for with, as the API takes it. */
  readonly since: string
  readonly now_ms: number
  /** In which times are told. */
  readonly zone: string
}

const WEIGHTS = {
  critical: 110,
  token: 100,
  failed: 80,
  silent: 70,
  stale: 60,
  never: 55,
  warning: 58,
  held: 50,
  new_error: 40,
  partial: 30,
  info: 20,
}

/** The worst first, and of what is as bad the newest. */
export function attentionItems(troubles: Troubles): AttentionItem[] {
  const items = [
    ...incidentItems(troubles),
    ...syncItems(troubles),
    ...troubles.running.filter((sync) => isSilent(sync, troubles.now_ms)).map((sync) => silentItem(sync)),
    ...troubles.sources.flatMap((source) => sourceItems(source, troubles.target_seconds)),
    ...newErrorItems(troubles),
  ]
  return items.sort((a, b) => b.weight - a.weight || (b.at_ms ?? 0) - (a.at_ms ?? 0))
}

const NOTHING = { detail: null, next_step: null, command: null, others: null, is_new: false } as const

/** Those of a source stand where it says how it is mended. */
function incidentItems({ incidents, sources, zone }: Troubles): AttentionItem[] {
  const told = new Set(sources.filter(({ stale }) => stale > 0).map(({ source_id }) => source_id))
  return incidents
    .filter(({ rule, subject }) => rule !== 'stale' || !told.has(subject.source_id ?? 0))
    .map((incident) => {
      const { title, whose, cause, next_step, path } = wordsIn(incident, zone)
      return {
        ...NOTHING,
        key: `incident ${incident.id}`,
        weight: WEIGHTS[incident.severity],
        mark: incident.severity,
        title,
        href: path,
        at_ms: Date.parse(incident.began_at),
        detail: cause === null ? whose : `${whose}. ${cause}`,
        next_step,
      }
    })
}

/** Whether an incident tells of the sync already. */
const isTold = ({ incidents }: Troubles, sync: SyncRecord): boolean =>
  incidents.some(
    ({ last_sync_id, subject: { sync_type, user_id, error_type }, began_at }) =>
      last_sync_id === sync.id ||
      (last_sync_id !== null &&
        error_type !== null &&
        error_type === sync.error_type &&
        (sync_type === null || sync_type === sync.sync_type) &&
        (user_id === null || user_id === sync.user_id) &&
        Date.parse(began_at) <= Date.parse(sync.sync_start_time)),
  )

/** Syncs that ended with the same error are one; each user's token is a matter of its own. */
const kindOf = ({ error_type, error_message, sync_status, user_id }: SyncRecord): string =>
  error_type === null
    ? `${sync_status} ${error_message ?? ''}`
    : `${sync_status} ${error_type} ${errorTypeFacts(error_type)?.token === true ? (user_id ?? '') : ''}`

function syncItems(troubles: Troubles): AttentionItem[] {
  const { troubled, new_errors, since } = troubles
  const untold = troubled.filter((sync) => !isTold(troubles, sync))
  const kinds = Map.groupBy(untold, kindOf)
  return [...kinds].flatMap(([kind, syncs]): AttentionItem[] => {
    const [newest] = syncs
    if (newest === undefined) return []
    const { id, error_type, error_message, sync_status, sync_end_time, sync_start_time } = newest
    const facts = errorTypeFacts(error_type)
    const is_new = new_errors.some(({ last_sync_id }) => syncs.some((sync) => sync.id === last_sync_id))
    const like = new URLSearchParams({
      status: sync_status,
      since,
      ...(error_type === null ? {} : { error_type }),
    })
    return [
      {
        ...NOTHING,
        key: `sync ${kind}`,
        weight:
          facts?.token === true
            ? WEIGHTS.token
            : sync_status === 'partial'
              ? WEIGHTS.partial
              : WEIGHTS.failed,
        mark: sync_status,
        title: whoseOf(newest),
        href: `/syncs/${id}`,
        at_ms: Date.parse(sync_end_time ?? sync_start_time),
        detail: error_message,
        next_step: facts?.next_step ?? null,
        others: syncs.length === 1 ? null : { count: syncs.length - 1, href: `/syncs?${like.toString()}` },
        is_new,
      },
    ]
  })
}

function silentItem(sync: SyncRecord): AttentionItem {
  const host = sync.host === null ? 'its host' : sync.host
  return {
    ...NOTHING,
    key: `silent ${sync.id}`,
    weight: WEIGHTS.silent,
    mark: 'silent',
    title: whoseOf(sync),
    href: `/syncs/${sync.id}`,
    at_ms: Date.parse(sync.heartbeat_at),
    detail: 'It should run, and gives no sign of life.',
    next_step: `Look on ${host} whether its process is stopped or busy. When the process is gone, the sync is marked as lost by itself.`,
  }
}

function sourceItems(source: SourceFreshness, target_seconds: number): AttentionItem[] {
  const { source_id, base_url, words, verdict, never, stale, deletions_held, oldest_ms, oldest_words } =
    source
  const common = { ...NOTHING, title: words, href: `/syncs?source_id=${source_id}`, at_ms: oldest_ms }
  const command = `npx canvas-sync-monitor sync --base-url ${base_url}`
  const items: AttentionItem[] = []
  if (stale > 0) {
    items.push({
      ...common,
      key: `stale ${source_id}`,
      weight: WEIGHTS.stale,
      mark: 'stale',
      detail: `${listsWords(stale)} not read whole within ${targetText(target_seconds)}; the oldest: ${oldest_words ?? 'unknown'}.`,
      next_step: 'Look whether its syncs still start, or run one:',
      command,
    })
  }
  if (verdict === 'never') {
    items.push({
      ...common,
      key: `never ${source_id}`,
      weight: WEIGHTS.never,
      mark: 'never',
      at_ms: null,
      detail: `${listsWords(never)} never read whole: of these nobody knows what is missing.`,
      next_step: 'A sync that failed before its end goes on when it is run again:',
      command,
    })
  }
  if (deletions_held > 0) {
    items.push({
      ...common,
      key: `held ${source_id}`,
      weight: WEIGHTS.held,
      mark: 'held',
      at_ms: null,
      detail: `${deletions_held} rows are gone in Canvas and were kept, because so many were gone at once.`,
      next_step: 'Look at the courses in Canvas. If they are really gone, say so once:',
      command: `${command} --full --accept-deletions`,
    })
  }
  return items
}

const listsWords = (count: number): string => (count === 1 ? '1 list was' : `${count} lists were`)

/** Those that none of the syncs shown ended with. */
function newErrorItems({ troubled, new_errors }: Troubles): AttentionItem[] {
  const shown = new Set(troubled.map(({ id }) => id))
  return new_errors
    .filter(({ last_sync_id }) => last_sync_id === null || !shown.has(last_sync_id))
    .map((group) => ({
      ...NOTHING,
      key: `error ${group.id}`,
      weight: WEIGHTS.new_error,
      mark: 'new_error',
      title: group.message,
      href: `/errors?group=${group.id}`,
      at_ms: Date.parse(group.last_seen_at),
      next_step: group.next_step,
      is_new: true,
    }))
}
