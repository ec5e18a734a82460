import type { Problem } from '../../../src/api/http/answer.ts'
import type { LogSearchPiece } from '../../../src/api/logs/log-search-schemas.ts'
import { addressOf, ApiError, type QueryValues } from '../data/api-client.ts'
import { AS_LINES, takeEarly } from './early-search.ts'

const MOST_TRIES = 4
const DEFAULT_WAIT_S = 2

/**
 * What a search finds, as it finds it. Waits when the server has too much to search already.
 *
 * @throws ApiError; the signal's reason
 */
export async function* searchPieces(
  values: QueryValues,
  signal: AbortSignal,
): AsyncGenerator<LogSearchPiece> {
  const answer = await askUntilTaken(addressOf('/logs/search', values), signal)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let is_whole = false
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const piece = JSON.parse(line) as LogSearchPiece
      if (piece.kind === 'error') throw new ApiError(piece.error, 500, null)
      is_whole = piece.kind === 'end'
      yield piece
    }
  }
  if (!is_whole) throw new ApiError('The answer broke off before its end.', 0, null)
}

async function askUntilTaken(address: string, signal: AbortSignal): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await ask(address, signal)
    if (answer.ok) return answer
    if (answer.status !== 429 || tries === MOST_TRIES) throw await errorOf(answer)
    const seconds = Number(answer.headers.get('retry-after') ?? DEFAULT_WAIT_S)
    await waitFor(Math.max(1, seconds) * 1000, signal)
  }
}

async function ask(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return (await takeEarly(address, signal)) ?? (await fetch(address, { signal, headers: AS_LINES }))
  } catch (error) {
    if (signal.aborted) throw error
    throw new ApiError(
      'The server does not answer. It may be starting again, or the network is away.',
      0,
      null,
    )
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  const problem = await (answer.json() as Promise<Partial<Problem>>).catch(() => null)
  const sentence = problem?.detail ?? problem?.error ?? `The server answered ${answer.status}.`
  return new ApiError(sentence, answer.status, null)
}

async function waitFor(duration_ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, duration_ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
