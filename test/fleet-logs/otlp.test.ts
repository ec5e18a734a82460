import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { ExportLogsRequest, LogRecord } from '../../src/fleet-logs/otlp/log-records.ts'
import { otlpHeaders } from '../../src/fleet-logs/otlp/otlp-address.ts'
import { OtlpDestination } from '../../src/fleet-logs/otlp/otlp-destination.ts'
import { LogShipper } from '../../src/fleet-logs/shipping/log-shipper.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Takes OTLP logs as a collector does; each request is answered by `answer`. */
class Collector {
  readonly requests: ExportLogsRequest[] = []
  readonly headers: IncomingHttpHeaders[] = []
  answer: (request: ExportLogsRequest) => Answer = () => ({ status: 200, body: '{}' })
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as ExportLogsRequest
        this.headers.push(request.headers)
        const { status, headers = {}, body: text = '' } = this.answer(body)
        if (status === 200) this.requests.push(body)
        response.writeHead(status, headers).end(text)
      })
    })
  }

  static async start(t: TestContext): Promise<Collector> {
    const server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    t.after(() => server.close())
    return new Collector(server)
  }

  get address(): URL {
    const { port } = this.#server.address() as AddressInfo
    return new URL(`http://127.0.0.1:${port}/v1/logs`)
  }

  get records(): LogRecord[] {
    return this.requests.flatMap(recordsOf)
  }

  get messages(): string[] {
    return this.records.map(({ body }) => ('stringValue' in body ? body.stringValue : ''))
  }
}

const recordsOf = ({ resourceLogs }: ExportLogsRequest): LogRecord[] =>
  resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))

const clock = (): FakeClock => new FakeClock({ auto: true })

function shipperTo(collector: Collector, directory: string, time = clock()): LogShipper {
  const headers = otlpHeaders('authorization=Bearer%20S3cret,x-tenant=a%2Cb')
  const destination = new OtlpDestination({
    directory,
    collector: { address: collector.address, headers },
    machine: 'worker-1',
    version: '1.2.3',
    clock: time,
  })
  return new LogShipper({ directory, destination, clock: time })
}

const never = (): AbortSignal => new AbortController().signal

test('a line becomes a log record of the OpenTelemetry log data model', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  const trace_id = '0af7651916cd43dd8448eb211c80319c'
  appendLines(directory, 'api_calls', {
    at: '2026-11-22T10:15:00.123Z',
    level: 'WARNING',
    event: 'api_call',
    task_id: 'nightly',
    user_id: 42,
    fields: { status: 404, duration_ms: 12.5, will_retry: false, course_id: '7', trace_id },
    message: 'Canvas said 404.',
  })
  await shipperTo(collector, directory).runOnce(never())
  const [request] = collector.requests
  const [resource] = request?.resourceLogs ?? []
  const [scope] = resource?.scopeLogs ?? []
  const [record] = scope?.logRecords ?? []
  assert.deepEqual(
    resource?.resource.attributes.map(({ key }) => key),
    ['service.name', 'service.version', 'service.instance.id', 'host.name'],
  )
  assert.deepEqual(scope?.scope, { name: 'canvas-sync-monitor/api_calls', version: '1.2.3' })
  assert.ok(record)
  const { attributes, ...own } = record
  assert.deepEqual(own, {
    timeUnixNano: '1795342500123000000',
    observedTimeUnixNano: '1795342500000000000',
    severityNumber: 13,
    severityText: 'WARNING',
    eventName: 'api_call',
    body: { stringValue: 'Canvas said 404.' },
    traceId: trace_id,
  })
  const values = Object.fromEntries(attributes.map(({ key, value }) => [key, value]))
  assert.ok('seq' in values)
  delete values['seq']
  assert.deepEqual(values, {
    stream: { stringValue: 'api_calls' },
    event: { stringValue: 'api_call' },
    task_id: { stringValue: 'nightly' },
    user_id: { intValue: '42' },
    writer: { stringValue: 'test-1' },
    status: { intValue: '404' },
    duration_ms: { doubleValue: 12.5 },
    will_retry: { boolValue: false },
    course_id: { stringValue: '7' },
  })
  const [headers] = collector.headers
  assert.equal(headers?.['content-type'], 'application/json')
  assert.equal(headers['content-encoding'], 'gzip')
  assert.equal(headers['authorization'], 'Bearer S3cret')
  assert.equal(headers['x-tenant'], 'a,b')
})

/** Field names of `logs.proto`, `common.proto` and `resource.proto` of opentelemetry-proto 1.9, in the JSON mapping. */
const PROTO: Readonly<Record<string, readonly string[]>> = {
  ExportLogsServiceRequest: ['resourceLogs'],
  ResourceLogs: ['resource', 'scopeLogs', 'schemaUrl'],
  Resource: ['attributes', 'droppedAttributesCount', 'entityRefs'],
  ScopeLogs: ['scope', 'logRecords', 'schemaUrl'],
  InstrumentationScope: ['name', 'version', 'attributes', 'droppedAttributesCount'],
  LogRecord: [
    'timeUnixNano',
    'observedTimeUnixNano',
    'severityNumber',
    'severityText',
    'body',
    'attributes',
    'droppedAttributesCount',
    'flags',
    'traceId',
    'spanId',
    'eventName',
  ],
  KeyValue: ['key', 'value'],
  AnyValue: [
    'stringValue',
    'boolValue',
    'intValue',
    'doubleValue',
    'arrayValue',
    'kvlistValue',
    'bytesValue',
  ],
}

function assertFields(message: string, value: object): void {
  for (const key of Object.keys(value)) assert.ok(PROTO[message]?.includes(key), `${message}.${key}`)
}

test('every name in a request is one of the protocol', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'errors', {
    level: 'ERROR',
    fields: { status: 500, duration_ms: 0.5, will_retry: true },
  })
  await shipperTo(collector, directory).runOnce(never())
  const [request] = collector.requests
  assert.ok(request)
  assertFields('ExportLogsServiceRequest', request)
  for (const of_resource of request.resourceLogs) {
    assertFields('ResourceLogs', of_resource)
    assertFields('Resource', of_resource.resource)
    for (const of_scope of of_resource.scopeLogs) {
      assertFields('ScopeLogs', of_scope)
      assertFields('InstrumentationScope', of_scope.scope)
      for (const record of of_scope.logRecords) {
        assertFields('LogRecord', record)
        assertFields('AnyValue', record.body)
        for (const attribute of record.attributes) {
          assertFields('KeyValue', attribute)
          assertFields('AnyValue', attribute.value)
        }
      }
    }
  }
})

test('a collector that is overloaded gets the same lines after the time it asks for, and every line once', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' }, { message: 'two' })
  const time = clock()
  let refusals = 0
  collector.answer = () => {
    if (refusals++ < 1) return { status: 429, headers: { 'retry-after': '7' } }
    if (refusals < 4) return { status: 503 }
    return { status: 200 }
  }
  const shipper = shipperTo(collector, directory, time)
  await shipper.runOnce(never())
  assert.ok(time.sleeps.includes(7000), 'it waited as long as it was asked to')
  assert.deepEqual(collector.messages, ['one', 'two'])
  appendLines(directory, 'operations', { message: 'three' })
  await shipperTo(collector, directory).runOnce(never())
  assert.deepEqual(collector.messages, ['one', 'two', 'three'], 'another shipper goes on behind them')
})

test('lines that a collector will never take are counted, and cost the others nothing', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  const messages = Array.from({ length: 20 }, (_, at) => (at === 13 ? 'bad' : `line ${at}`))
  appendLines(directory, 'operations', ...messages.map((message) => ({ message })))
  collector.answer = (request) => {
    const said = recordsOf(request).map(({ body }) => ('stringValue' in body ? body.stringValue : ''))
    if (said.includes('bad')) return { status: 400 }
    return said.length > 4 ? { status: 413 } : { status: 200, body: '{"partialSuccess":{}}' }
  }
  const shipper = shipperTo(collector, directory)
  await shipper.runOnce(never())
  assert.deepEqual(
    collector.messages,
    messages.filter((message) => message !== 'bad'),
  )
  assert.deepEqual([shipper.report.shipped_lines, shipper.report.left_out], [19, 1])
})

test('of two shippers of one folder only one sends, and a collector that rejects some of them says so', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {}, {}, {})
  collector.answer = () => ({ status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1"}}' })
  const [one, two] = [shipperTo(collector, directory), shipperTo(collector, directory)]
  const free = await Promise.all([one.runOnce(never()), two.runOnce(never())])
  assert.deepEqual(free.toSorted(), [false, true])
  assert.equal(collector.records.length, 3)
  assert.equal(one.report.left_out + two.report.left_out, 1)
})
