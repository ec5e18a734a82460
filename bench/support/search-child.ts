/**
 * A process of its own: `search-child.ts <directory> <query as JSON>`. Searches the log folder and prints how many hits
 * there were and when the first and the end came, in milliseconds from the call.
 */
import { searchLogs } from '../../src/search/search-logs.ts'
import type { LogQuery } from '../../src/search/log-query.ts'

const [directory = '', query = '{}'] = process.argv.slice(2)
const started_ms = performance.now()
let first_ms: number | null = null
let hits = 0
for await (const item of searchLogs(directory, JSON.parse(query) as LogQuery)) {
  if (item.kind !== 'hit') continue
  first_ms ??= performance.now() - started_ms
  hits++
}
process.stdout.write(JSON.stringify({ hits, first_ms, end_ms: performance.now() - started_ms }))
