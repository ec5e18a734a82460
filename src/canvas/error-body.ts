/** The parts of an error body that decide something. All other text in it may be translated or personal. */
export interface ErrorBody {
  readonly is_json: boolean
  readonly messages: readonly string[]
  readonly error_report_id: string | null
}

const MAX_MESSAGES = 20

/**
 * Reads Canvas's error bodies in all their shapes: `errors` as array, object or string, `error`, `message`.
 * Never throws; a body that is not a JSON object has no messages.
 */
export function readErrorBody(text: string): ErrorBody {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { is_json: false, messages: [], error_report_id: null }
  }
  if (typeof body !== 'object' || body === null) return { is_json: true, messages: [], error_report_id: null }
  const record = body as Record<string, unknown>
  const messages: string[] = []
  for (const key of ['errors', 'error', 'message']) collect(record[key], messages, 0)
  const report = record['error_report_id']
  const report_id = typeof report === 'number' || typeof report === 'string' ? String(report) : ''
  return { is_json: true, messages, error_report_id: /^\d{1,20}$/.test(report_id) ? report_id : null }
}

function collect(value: unknown, messages: string[], depth: number): void {
  if (messages.length >= MAX_MESSAGES || depth > 3) return
  if (typeof value === 'string') messages.push(value)
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collect(inner, messages, depth + 1)
  }
}
