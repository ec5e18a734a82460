import { createReadStream } from 'node:fs'

/** The simple aggregate as anyone would write it: every line through `JSON.parse`. */
interface Total {
  count: number
  total_ms: number
  min_ms: number
  max_ms: number
}

const totals = new Map<string, Total>()

function add(line: string): void {
  const { method, status, duration_ms } = JSON.parse(line) as {
    method: string
    status: number | null
    duration_ms: number
  }
  const key = `${method} ${status}`
  let total = totals.get(key)
  if (total === undefined) {
    total = { count: 0, total_ms: 0, min_ms: Infinity, max_ms: -Infinity }
    totals.set(key, total)
  }
  total.count++
  total.total_ms += duration_ms
  total.min_ms = Math.min(total.min_ms, duration_ms)
  total.max_ms = Math.max(total.max_ms, duration_ms)
}

let rest = ''
const text = createReadStream(process.argv[2] ?? '', { encoding: 'utf8', highWaterMark: 1 << 20 })
for await (const chunk of text) {
  const lines = (rest + String(chunk)).split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) add(line)
}
process.stdout.write(JSON.stringify(Object.fromEntries(totals)))
