import { problem, type Answer } from '../http/answer.ts'
import { refusedQuery } from './log-parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { streamedText } from '../http/streamed-text.ts'

/** What a client is told when an answer that has begun cannot be finished. */
export interface Fault {
  /** One sentence for people. */
  readonly error: string
  /** Names the entry in the server's own log; null when there is none. */
  readonly request_id: string | null
}

export interface LogStreamPlan<Item> {
  readonly open: (signal: AbortSignal) => AsyncGenerator<Item>
  /** Makes text of them. Must not throw; `explain` says what went wrong, null when nobody is there to be told. */
  readonly pieces: (
    items: AsyncIterable<Item>,
    explain: (error: unknown) => Fault | null,
  ) => AsyncGenerator<string>
  readonly media_type: string
  readonly headers?: Readonly<Record<string, string>>
  /** The parameter that only the search itself can check. */
  readonly checked_late: string
  /** Gives back the place that this one takes. */
  readonly release: () => void
  /** See `StreamLimits`. */
  readonly after_ms?: number
  readonly unread_ms?: number
  /** Method and route, for the server's own log. */
  readonly where: string
}

/** An answer that is written while its items are found. Waits for the first of them: until then it may be refused. */
export async function streamLogItems<Item>(
  plan: LogStreamPlan<Item>,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const abort = new AbortController()
  const { stopping } = services.log_reading
  const items = plan.open(AbortSignal.any([abort.signal, request.signal, stopping]))
  let first: IteratorResult<Item>
  try {
    first = await items.next()
  } catch (error) {
    plan.release()
    if (stopping.aborted || request.signal.aborted) return problem(503, STOPPING)
    return refusedQuery(error, plan.checked_late)
  }
  const explain = (error: unknown): Fault | null => {
    if (abort.signal.aborted || request.signal.aborted) return null
    if (stopping.aborted) return { error: STOPPING, request_id: null }
    const request_id = crypto.randomUUID()
    services.onError(error, { request_id, where: plan.where })
    return { error: 'The server could not finish this answer.', request_id }
  }
  const body = streamedText(plan.pieces(withFirst(first, items), explain), {
    onEnd() {
      abort.abort()
      plan.release()
      // One that nobody has begun to read would keep its files open.
      items.return(undefined).catch(() => {})
    },
    limits: { clock: services.clock, after_ms: plan.after_ms, unread_ms: plan.unread_ms },
  })
  return { status: 200, body, media_type: plan.media_type, headers: plan.headers ?? {} }
}

export const STOPPING = 'The server is stopping.'

async function* withFirst<Item>(
  first: IteratorResult<Item>,
  rest: AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  if (first.done === true) return
  yield first.value
  yield* rest
}
