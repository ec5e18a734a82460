import { maySee } from '../../core/access.ts'
import { EVENT_STREAM_MEDIA_TYPE, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import { streamedText, UNREAD_MS } from '../http/streamed-text.ts'
import type { ApiServices } from '../services.ts'
import { eventFilter, type EventInput } from './event-filter.ts'
import { EventFollower } from './event-follower.ts'
import type { LiveEvent } from './live-event.ts'

/** A stream that was opened with a token ends after so long: who comes back has to show it again. */
const MOST_MS_WITH_TOKEN = 10 * 60_000
/** After that it is taken from who does not read: the end is not read either. */
const GRACE_MS = 30_000

/**
 * Changes as they happen, as server-sent events: `sync`, `course`, and `resync` where some are no longer kept. The id of
 * an event is where a client goes on that comes back; one that was away misses nothing.
 */
export async function followEvents(
  input: EventInput,
  { events, clock }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const { caller, address, headers } = request
  if (events.stopping.aborted) return problem(503, 'The server is stopping.', {}, { 'retry-after': '5' })
  const leave = events.join(caller, address)
  if (leave === null) {
    return problem(429, 'Too many clients follow the changes already.', {}, { 'retry-after': '10' })
  }
  try {
    await events.ready()
  } catch (error) {
    leave()
    throw error
  }
  const ends_after_ms = caller.kind === 'loopback' ? undefined : MOST_MS_WITH_TOKEN
  const follower = new EventFollower(events, {
    after: placeOf(headers.get('last-event-id'), input.after),
    wants: eventFilter(input, caller),
    looksAt: auditOf(input, request),
    ends_after_ms,
  })
  const body = streamedText(follower.pieces(), {
    onEnd() {
      follower.leave()
      leave()
    },
    limits: {
      clock,
      after_ms: ends_after_ms === undefined ? undefined : ends_after_ms + GRACE_MS,
      unread_ms: UNREAD_MS,
    },
  })
  // Proxies must not wait for the end of it.
  const no_buffering = { 'x-accel-buffering': 'no' }
  return { status: 200, body, media_type: EVENT_STREAM_MEDIA_TYPE, headers: no_buffering }
}

/** A browser that comes back repeats the address it was given at first; the header is newer. */
function placeOf(header: string | null, after: number | undefined): number | null {
  if (header === null || header === '') return after ?? null
  // One that we never gave is of another server: beyond every place of ours, so that it is told to load again.
  return /^\d{1,15}$/.test(header) ? Number(header) : Number.MAX_SAFE_INTEGER
}

/** Who follows one user or one sync looks at a user's data, as who asks for it would. */
function auditOf(
  { user_id, sync_id, task_id }: EventInput,
  { audit, caller }: RequestFacts,
): (event: LiveEvent) => void {
  if (user_id !== undefined && maySee(caller, user_id)) audit.viewed(user_id)
  if (sync_id === undefined && task_id === undefined) return () => {}
  return (event) => {
    audit.viewed(event.user_id)
  }
}
