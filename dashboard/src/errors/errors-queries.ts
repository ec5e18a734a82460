import type { QueryClient } from '@tanstack/react-query'
import type { ErrorGroupOutcomeRecord } from '../../../src/api/errors/error-decisions.ts'
import type { ErrorGroupDetailsRecord } from '../../../src/api/errors/error-details.ts'
import type { ErrorGroupList } from '../../../src/api/errors/error-list.ts'
import { addressOf, askJson, type QueryValues } from '../data/api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from '../data/asked.ts'

/** Groups on one page of the list. */
const PAGE = 50

export const errorGroupsQuery = (values: QueryValues): AskingPages<ErrorGroupList> =>
  askedPages('errors', '/errors', { ...values, limit: PAGE })

export const errorGroupQuery = (id: number, days: number): Asking<ErrorGroupDetailsRecord> =>
  asked('errors', `/errors/${id}`, { days })

export type GroupAction = 'mute' | 'unmute' | 'resolve' | 'reopen'

/** Tells the server what somebody decided, and asks for everything again that shows errors. */
export async function decideAbout(
  queries: QueryClient,
  id: number,
  action: GroupAction,
  body: { readonly until?: string; readonly reason?: string } = {},
): Promise<ErrorGroupOutcomeRecord> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const outcome = await askJson<ErrorGroupOutcomeRecord>(addressOf(`/errors/${id}/${action}`), init)
  await queries.invalidateQueries({
    // Also of other pages, and syncs that are asked for by whether their error is settled.
    predicate: ({ queryKey: [noun, path] }) => noun === 'syncs' || String(path).startsWith('/errors'),
  })
  return outcome
}
