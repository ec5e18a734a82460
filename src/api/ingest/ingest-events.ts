import type { IngestReport } from '../../core/ingest-event.ts'
import { isMonitorError } from '../../core/errors.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { withEventBody } from './ingest-body.ts'

/** What went wrong and may go well in a moment: the client is to send it again. */
const PASSING: ReadonlySet<string> = new Set([
  'closed',
  'database_busy',
  'database_refused',
  'database_unreachable',
  'disk_full',
  'not_writable',
  'storage',
])
const RETRY_AFTER_S = 2

export async function takeEvents(
  _input: object,
  services: ApiServices,
  { headers, body }: RequestFacts,
): Promise<Answer> {
  return await withEventBody(headers, body ?? null, async (values) => {
    const taken = await takeValues(services, values)
    if ('refused' in taken) return taken.refused
    const { report } = taken
    const all_refused = report.rejected > 0 && report.rejected === values.length
    return all_refused ? { status: 422, body: report } : ok(report)
  })
}

/** Gives values to whoever takes them; or says why nobody does. */
export async function takeValues(
  { ingest, onError }: ApiServices,
  values: readonly unknown[],
): Promise<{ readonly report: IngestReport } | { readonly refused: Answer }> {
  if (ingest === undefined) return { refused: problem(503, 'This server takes no reports of syncs.') }
  try {
    return { report: await ingest.take(values) }
  } catch (error) {
    if (!isMonitorError(error) || !PASSING.has(error.code)) throw error
    const request_id = crypto.randomUUID()
    onError(error, { request_id, where: 'ingest' })
    const sentence = 'The reports could not be written: send them again in a moment.'
    const wait = { 'retry-after': String(RETRY_AFTER_S) }
    return { refused: problem(503, sentence, { request_id }, wait) }
  }
}
