import { Agent, request } from 'node:http'
import { syncLines } from './ingest-load.ts'

export interface ClientOrder {
  readonly url: string
  readonly connections: number
  readonly syncs_per_request: number
  readonly seconds: number
}

export interface ClientReport {
  readonly syncs: number
  readonly seconds: number
  readonly cpu_s: number
  /** Of each request, ascending. */
  readonly latencies_ms: readonly number[]
}

/** Reports syncs as fast as the server takes them, over some connections, and tells how that went. */
const order = JSON.parse(process.argv[2] ?? '{}') as ClientOrder
const agent = new Agent({ keepAlive: true, maxSockets: order.connections })
const latencies_ms: number[] = []
let syncs = 0
const started = performance.now()
const until = started + order.seconds * 1000

function send(body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = request(
      `${order.url}/api/canvas/metrics/ingest`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text })
        })
        response.on('error', reject)
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })
}

async function report(connection: number): Promise<void> {
  for (let number = 0; performance.now() < until; number++) {
    let body = ''
    for (let sync = 0; sync < order.syncs_per_request; sync++) {
      body += syncLines(`bench-${started.toFixed(3)}-${connection}-${number}-${sync}`)
    }
    const sent = performance.now()
    const { status, text } = await send(body)
    latencies_ms.push(performance.now() - sent)
    if (status !== 200 || !text.includes('"rejected":0')) throw new Error(`${status}: ${text.slice(0, 500)}`)
    syncs += order.syncs_per_request
  }
}

await Promise.all(Array.from({ length: order.connections }, (_, connection) => report(connection)))
const { user, system } = process.cpuUsage()
const result: ClientReport = {
  syncs,
  seconds: (performance.now() - started) / 1000,
  cpu_s: (user + system) / 1e6,
  latencies_ms: latencies_ms.sort((a, b) => a - b),
}
process.stdout.write(JSON.stringify(result))
agent.destroy()
