/**
 * What an application does with the installed package, run there by each version of Node.js: every entry, the server
 * with its pages, both databases, both threads of its own. Prints what it found as JSON.
 */
import { createMonitor, readLogs, runSync, type SyncRecord } from 'canvas-sync-monitor'
import package_json from 'canvas-sync-monitor/package.json' with { type: 'json' }
import { startServer } from 'canvas-sync-monitor/server'
import { startSimulator } from 'canvas-sync-monitor/simulator'

const databases = process.argv.slice(2)

async function syncInto(database: string): Promise<SyncRecord> {
  await using simulator = await startSimulator({
    size: { students: 6, courses: 2, teachers: 1 },
    throttle: false,
  })
  await using monitor = await createMonitor({ database, logDir: 'logs' })
  const record = await runSync({
    monitor,
    baseUrl: simulator.base_url,
    token: simulator.tokens.teacher,
    userId: 1,
  })
  await monitor.track({ userId: 2, syncType: 'courses' }, async (sync) => {
    sync.recordCourse({ created: true })
    const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.teacher })
    for await (const _ of canvas.list('/api/v1/courses')) sync.recordCourse({ updated: true })
  })
  return record
}

async function pagesOf(database: string): Promise<Record<string, string>> {
  await using server = await startServer({ database, logDir: 'logs', port: 0 })
  const { text: html } = await read(`${server.url}/`)
  const assets = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path = '']) => path)
  const paths = ['/', '/docs', '/docs/docs.js', '/openapi.json', '/metrics', '/readyz', ...assets]
  const recent = '/api/canvas/metrics/recent'
  const answers = [...paths, recent].map(
    async (path) => [path, (await read(server.url + path)).kind] as const,
  )
  return Object.fromEntries(await Promise.all(answers))
}

async function read(url: string): Promise<{ text: string; kind: string }> {
  const answer = await fetch(url)
  const text = await answer.text()
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  return { text, kind: `${answer.status} ${type}${text === '' ? ' and nothing in it' : ''}` }
}

const exported: Record<string, string[]> = {}
for (const entry of Object.keys(package_json.exports).filter((path) => path !== './package.json')) {
  const module = (await import(`canvas-sync-monitor${entry.slice(1)}`)) as object
  exported[entry] = Object.keys(module)
}
const records = []
for (const database of databases) records.push(await syncInto(database))
const pages = await pagesOf(databases[0] ?? '')
const events = new Set<string>()
for await (const { event } of readLogs({ directory: 'logs' })) events.add(event ?? '')
const { version } = package_json
console.log(
  JSON.stringify({ node: process.versions.node, version, exported, records, pages, events: [...events] }),
)
