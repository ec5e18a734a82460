import type { Caller } from '../../core/access.ts'
import type { IngestReport } from '../../core/ingest-event.ts'
import type { Reporter } from '../../ingest/reporter.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import { failure, type PassingByCode } from '../http/failure.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { withEventBody } from './ingest-body.ts'

/** Besides what passes for every request: what only who writes meets, or what for who reads would be a mistake of ours. */
const AGAIN = { error: 'The reports could not be written: send them again in a moment.', retry_after_s: 2 }
const PASSING: PassingByCode = { not_writable: AGAIN, storage: AGAIN }

export async function takeEvents(
  _input: object,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  return await withEventBody(request, async (values) => {
    const taken = await takeValues(services, values, reporterOf(request.caller))
    if ('refused' in taken) return taken.refused
    const { report } = taken
    const all_refused = report.rejected > 0 && report.rejected === values.length
    return all_refused ? { status: 422, body: report } : ok(report)
  })
}

/** Programs of this machine that need no token may do everything, as may who has one for `admin`. */
export function reporterOf({ kind, token_name, scopes }: Caller): Reporter {
  // The application's own names are not those of tokens, also where they are the same.
  const name = kind === 'host' ? `host:${token_name ?? ''}` : token_name
  return { name, trusted: scopes.has('admin') }
}

/** Gives values to whoever takes them; or says why nobody does. */
export async function takeValues(
  services: ApiServices,
  values: readonly unknown[],
  reporter: Reporter,
): Promise<{ readonly report: IngestReport } | { readonly refused: Answer }> {
  const { ingest } = services
  if (ingest === undefined) return { refused: problem(503, 'This server takes no reports of syncs.') }
  try {
    return { report: await ingest.take(values, reporter) }
  } catch (error) {
    return { refused: failure(error, 'ingest', services, PASSING) }
  }
}
