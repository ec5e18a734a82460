import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { get, type Route } from '../http/route.ts'
import { FRESHNESS_PARAMETERS, freshnessListSchema, getFreshness } from './freshness.ts'

export const FRESHNESS_ROUTES: readonly Route[] = [
  get(
    `${BASE}/freshness`,
    {
      summary: 'How old the last complete read of each list is, the stalest first',
      strict: true,
      parameters: FRESHNESS_PARAMETERS,
      answers: { 200: freshnessListSchema },
      headers: { 200: LINK_HEADER },
    },
    getFreshness,
  ),
]
