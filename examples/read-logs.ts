/** The errors of the last day, oldest first, out of whatever files hold them. */
import { readLogs } from 'canvas-sync-monitor'

const DAY_MS = 86_400_000

const warn = (text: string): boolean => process.stderr.write(`${text}\n`)

const errors = readLogs({
  directory: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
  streams: ['errors'],
  since_ms: Date.now() - DAY_MS,
  onSkipped: ({ malformed_lines, unreadable_sources }) => {
    for (const { source, reason } of unreadable_sources) warn(`${source} is not in it: ${reason}`)
    if (malformed_lines > 0) warn(`${malformed_lines} lines are in no form that is known`)
  },
})

for await (const { timestamp_ms, task_id, fields, message } of errors) {
  console.log(new Date(timestamp_ms).toISOString(), task_id, fields['error_type'], JSON.stringify(message))
}
