import {
  INGEST_LIMITS,
  type IngestEvent,
  type IngestRefusal,
  type IngestStart,
} from '../core/ingest-event.ts'
import { eventOf, faultOf, type Fault } from './check-event.ts'
import { isObject } from './member-checks.ts'
import { UNREADABLE } from './read-events.ts'

export interface GivenEvent {
  readonly event: IngestEvent
  /** Null for one that is no duplicate of anything. */
  readonly id: string | null
  /** Its place in the request. */
  readonly index: number
}

/** The events of one request, by sync. */
export interface GroupedEvents {
  readonly by_task: ReadonlyMap<string, readonly GivenEvent[]>
  /** Events whose id stands in the request twice. */
  readonly duplicates: number
  readonly refusals: Refusals
}

/** Counts the refused and keeps the first. */
export class Refusals {
  count = 0
  readonly told: IngestRefusal[] = []

  add(index: number, task_id: string | null, event_id: string | null, fault: Fault): void {
    this.count++
    if (this.told.length < INGEST_LIMITS.errors_told) this.told.push({ index, task_id, event_id, ...fault })
  }

  /** Goes on from these with others. */
  copy(): Refusals {
    const copy = new Refusals()
    copy.count = this.count
    copy.told.push(...this.told)
    return copy
  }
}

const NOT_JSON: Fault = { code: 'invalid', error: 'The line is not JSON.', parameter: null }

interface Group {
  readonly events: GivenEvent[]
  readonly ids: Set<string>
}

/** @param now_ms the server's clock */
export function groupEvents(values: readonly unknown[], now_ms: number): GroupedEvents {
  const groups = new Map<string, Group>()
  const refusals = new Refusals()
  let duplicates = 0
  let last_task_id: unknown
  let group: Group | undefined
  for (const [index, value] of values.entries()) {
    const fault = value === UNREADABLE ? NOT_JSON : faultOf(value, now_ms)
    if (fault !== null) {
      refusals.add(index, givenId(value, 'task_id'), givenId(value, 'id'), fault)
      continue
    }
    const event = eventOf(value)
    // Mostly the events of one sync stand together.
    if (group === undefined || event.task_id !== last_task_id) {
      last_task_id = event.task_id
      group = groupOf(groups, String(event.task_id))
    }
    const id = idOf(event)
    if (id !== null) {
      const before = group.ids.size
      if (group.ids.add(id).size === before) {
        duplicates++
        continue
      }
    }
    group.events.push({ event, id, index })
  }
  const by_task = new Map([...groups].map(([task_id, { events }]) => [task_id, events]))
  return { by_task, duplicates, refusals }
}

export function startsOf(events: readonly GivenEvent[]): IngestStart[] {
  return events.flatMap(({ event }) => (event.type === 'start' ? [event] : []))
}

function groupOf(groups: Map<string, Group>, task_id: string): Group {
  let group = groups.get(task_id)
  if (group === undefined) groups.set(task_id, (group = { events: [], ids: new Set() }))
  return group
}

/** A start and a finish happen once; a heartbeat changes nothing that counts. */
function idOf({ id, type }: IngestEvent): string | null {
  if (id !== undefined) return String(id)
  return type === 'heartbeat' ? null : type
}

/** An id of a refused event, as far as it is one. */
function givenId(value: unknown, name: 'task_id' | 'id'): string | null {
  const id = isObject(value) ? value[name] : undefined
  if (typeof id !== 'string' && typeof id !== 'number') return null
  return String(id).toWellFormed().slice(0, INGEST_LIMITS.task_id_length)
}
