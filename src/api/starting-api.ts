import { pathBelow } from '../core/base-path.ts'
import type { Probe } from './health/health.ts'
import { ok, problem, type Answer } from './http/answer.ts'
import { refusal, siteOf, type Site } from './http/guard.ts'
import { isAsSent, type Fetcher } from './http/node-listener.ts'
import { respond } from './http/respond.ts'

/** What answers otherwise than with a problem. */
export const STARTING_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz'])

export interface StartingApi extends Fetcher {
  /** From now on `app` answers. */
  become(app: Fetcher): void
}

/**
 * Answers while the database is opened and migrated, which may take minutes beside another server that does the same:
 * who watches over the process must see that it lives, and nobody may send it work.
 */
export function startingApi(version: string, site: Site = siteOf({}), base_path = ''): StartingApi {
  let whole: Fetcher | undefined
  const answer = (request: Request): Answer => {
    const asked = URL.parse(request.url)?.pathname ?? '/'
    const path = pathBelow(base_path, asked) ?? asked
    if (path === '/livez') return ok({ status: 'pass', version } satisfies Probe)
    const error = 'The server is starting.'
    if (path === '/readyz') return { status: 503, body: { status: 'fail', version, error } satisfies Probe }
    return problem(503, error, {}, { 'retry-after': '1' })
  }
  return {
    fetch: (request, connection) =>
      whole?.fetch(request, connection) ??
      respond(refusal(request, site, isAsSent(connection)) ?? answer(request), request),
    become(app) {
      whole = app
    },
  }
}
