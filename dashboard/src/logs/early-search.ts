import { addressOf, type QueryValues } from '../data/api-client.ts'

/** What nobody has taken by then is not wanted: the page was left, or asks for something else. */
const KEPT_MS = 10_000

interface EarlySearch {
  readonly address: string
  readonly answer: Promise<Response>
  readonly abort: AbortController
}

let early: EarlySearch | null = null

/** The header by which the server gives lines one by one, as it finds them. */
export const AS_LINES = { accept: 'application/x-ndjson' } as const

/** Begins a search that the page will ask for as soon as it is drawn: both take their time side by side. */
export function searchEarly(values: QueryValues): void {
  const abort = new AbortController()
  const address = addressOf('/logs/search', values)
  const answer = fetch(address, { signal: abort.signal, headers: AS_LINES })
  // Whoever takes it is told; nobody else needs to know.
  answer.catch(() => {})
  const search = { address, answer, abort }
  early = search
  setTimeout(() => {
    if (early !== search) return
    early = null
    abort.abort()
  }, KEPT_MS)
}

/** The answer of a search that was begun early: once, and only when it is this one and has gone well. */
export async function takeEarly(address: string, signal: AbortSignal): Promise<Response | null> {
  if (early?.address !== address) return null
  const { answer, abort } = early
  early = null
  signal.addEventListener('abort', () => {
    abort.abort()
  })
  try {
    const given = await answer
    return given.ok ? given : null
  } catch {
    return null
  }
}
