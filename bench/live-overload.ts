import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { Followers } from './support/followers.ts'
import type { ClientOrder, ClientReport } from './support/ingest-client-child.ts'
import { startServerProcess } from './support/server-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const FOLLOWERS = 10
/** So long until the server has found that it cannot send all. */
const SETTLING_S = 6

const pathOf = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url))

/** Reports as many syncs as the server takes. */
async function load(url: string, seconds: number): Promise<ClientReport> {
  const order: ClientOrder = { url, connections: 8, syncs_per_request: 100, seconds }
  const client = spawn(process.execPath, [pathOf('ingest-client-child.ts'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of client.stdout.setEncoding('utf8')) text += String(chunk)
  return JSON.parse(text) as ClientReport
}

/** What it costs those who report that somebody follows, when more changes come than can be sent. */
async function run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
  using directory = temporaryDirectory()
  await using server = await startServerProcess({
    database: `sqlite:${join(directory.path, 'syncs.db')}`,
    logDir: join(directory.path, 'logs'),
    port: 0,
    logCleanup: false,
  })
  const { url } = server
  const seconds = quick ? 5 : 20
  const measure = async (): Promise<{ rate: number; cost_us: number }> => {
    const before_us = await server.cpuMicroseconds()
    const report = await load(url, seconds)
    const cost_us = ((await server.cpuMicroseconds()) - before_us) / report.syncs
    return { rate: report.syncs / report.seconds, cost_us }
  }
  await load(url, 2)
  const alone = await measure()
  using followers = await Followers.open(url, FOLLOWERS)
  await load(url, SETTLING_S)
  const sent_before = followers.bytes
  const followed = await measure()
  const name = `live-overload, ${FOLLOWERS} clients that follow all`
  const more_percent = (followed.cost_us / alone.cost_us - 1) * 100
  progress(`${Math.round(alone.rate)} syncs/s alone, ${Math.round(followed.rate)} while they follow`)
  return [
    figure(`${name}, reported`, followed.rate, 'syncs/s', {
      ratios: { alone: followed.rate / alone.rate },
    }),
    figure(`${name}, server`, more_percent, '% more CPU a sync', { target: { at_most: 5 } }),
    figure(`${name}, sent`, (followers.bytes - sent_before) / seconds / 1024, 'KiB/s'),
    figure(`${name}, peak memory`, await server.peakMib(), 'MiB'),
  ]
}

export const benchmark: Benchmark = { name: 'live-overload', run }
