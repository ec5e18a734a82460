import type { Problem } from '../../../src/api/http/answer.ts'
import { BASE_PATH } from '../parts/base-path.ts'

export const BASE: string = `${BASE_PATH}/api/canvas/metrics`

/** What a request came to when it brought no data. */
export class ApiError extends Error {
  /** Of the answer; 0 when there was none. */
  readonly status: number
  /** Seconds until it is worth asking again; null when the server named none. */
  readonly retry_after_s: number | null

  constructor(message: string, status: number, retry_after_s: number | null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.retry_after_s = retry_after_s
  }
}

const ABSENT: ReadonlySet<number> = new Set([400, 404])

/** Whether it tells that there is no such thing: an id of none, or what is no id. To ask again would bring nothing else. */
export const isAbsent = (error: Error | null): boolean =>
  error instanceof ApiError && ABSENT.has(error.status)

/** Values of a query; those that are undefined or null are left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined | null>>

export function addressOf(path: string, values: QueryValues = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) query.set(name, String(value))
  }
  const text = query.toString()
  return `${BASE}${path}${text === '' ? '' : `?${text}`}`
}

/**
 * The JSON at an address of the API. Throws {@link ApiError} with the server's own sentence.
 *
 * @param init by default a GET
 */
export async function askJson<T>(address: string, init: RequestInit = {}): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(address, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw new ApiError(
      'The server does not answer. It may be starting again, or the network is away.',
      0,
      null,
    )
  }
  if (answer.ok) return (await answer.json()) as T
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
  throw new ApiError(await sentenceOf(answer), answer.status, Number.isFinite(after) ? after : null)
}

async function sentenceOf(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as Partial<Problem>
    return problem.error ?? problem.detail ?? `The server answered ${answer.status}.`
  } catch {
    return `The server answered ${answer.status}.`
  }
}
