import { z } from 'zod'
import { maySee, type Caller } from '../../core/access.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import type { Members } from '../http/answer.ts'
import { opaqueId, syncId, wholeNumber } from '../http/parameters.ts'
import { EVENT_NAMES, type EventName, type LiveEvent } from './live-event.ts'

export interface EventInput {
  readonly kind: readonly EventName[] | undefined
  readonly user_id: string | undefined
  readonly status: readonly SyncStatus[] | undefined
  readonly type: string | undefined
  readonly sync_id: number | undefined
  readonly task_id: string | undefined
  readonly after: number | undefined
}

/** `a,b`, or the parameter several times. */
function names<Name extends string>(
  known: readonly Name[],
  description: string,
): z.ZodType<readonly Name[] | undefined> {
  const error = `one or more of ${known.join(', ')}, with commas between them`
  const split = (given: unknown): unknown => {
    const parts: unknown[] = [given].flat()
    return parts.every((part) => typeof part === 'string') ? parts.join(',').split(',') : given
  }
  return z.preprocess(split, z.array(z.enum(known, { error }), { error }).optional()).meta({ description })
}

const id = (description: string): z.ZodType<string | undefined> => opaqueId(description).optional()

export const EVENT_PARAMETERS: Members<EventInput> = {
  kind: names(EVENT_NAMES, 'Only these events; default all'),
  user_id: id("Only syncs of this user of the application's"),
  status: names(SYNC_STATUSES, 'Only syncs that have come to one of these statuses, or have left it'),
  type: id('Only syncs of this type'),
  sync_id: syncId.optional().meta({ description: 'Only this sync' }),
  task_id: id('Only the sync with this task id'),
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'The id of the last event that arrived: goes on behind it. So does the header Last-Event-ID',
  }),
}

/** Which events a client asked for, of those that its caller may see. */
export function eventFilter(input: EventInput, caller: Caller): (event: LiveEvent) => boolean {
  const { kind, user_id, status, type, sync_id, task_id } = input
  return (event) =>
    (kind === undefined || kind.includes(event.name)) &&
    (user_id === undefined || event.user_id === user_id) &&
    (status === undefined || event.statuses.some((one) => one !== null && status.includes(one))) &&
    (type === undefined || event.sync_type === type) &&
    (sync_id === undefined || event.sync_id === sync_id) &&
    (task_id === undefined || event.sync_task_id === task_id) &&
    maySee(caller, event.user_id)
}
