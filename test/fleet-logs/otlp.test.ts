import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { ExportLogsRequest, LogRecord } from '../../src/fleet-logs/otlp/log-records.ts'
import { collectorOf, otlpHeaders } from '../../src/fleet-logs/otlp/otlp-address.ts'
import { OtlpDestination } from '../../src/fleet-logs/otlp/otlp-destination.ts'
import { shipLogs } from '../../src/fleet-logs/ship-logs.ts'
import { LogShipper, type ShippingNews } from '../../src/fleet-logs/shipping/log-shipper.ts'
import type { LogEvent } from '../../src/core/log-event.ts'
import { UTC_ZONE } from '../../src/logs/reading/legacy-zone.ts'
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

  /** Without what only asks whether it takes any. */
  get messages(): string[] {
    return this.records.map(messageOf).filter((message) => !message.startsWith('It refused'))
  }
}

const messageOf = ({ body }: LogRecord): string => ('stringValue' in body ? body.stringValue : '')

const recordsOf = ({ resourceLogs }: ExportLogsRequest): LogRecord[] =>
  resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))

const clock = (): FakeClock => new FakeClock({ auto: true })

function destinationTo(collector: Collector, directory: string, time: FakeClock): OtlpDestination {
  const headers = otlpHeaders('authorization=Bearer%20S3cret,x-tenant=a%2Cb')
  return new OtlpDestination({
    directory,
    collector: { address: collector.address, headers },
    machine: 'worker-1',
    version: '1.2.3',
    clock: time,
  })
}

function shipperTo(
  collector: Collector,
  directory: string,
  time = clock(),
  onNews: (news: ShippingNews) => void = () => {},
): LogShipper {
  const destination = destinationTo(collector, directory, time)
  return new LogShipper({ directory, destination, clock: time, onNews })
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
    const said = recordsOf(request).map(messageOf)
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

test('a lock that another container holds is taken over within minutes, and kept by touching it through quiet hours', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' })
  const time = clock()
  const lock = join(directory, '.otlp.lock')
  const of_another = '1 1 another/pid:[1] nonce otlp-x\n'
  writeFileSync(lock, of_another)
  const touched_at = new Date(time.now())
  utimesSync(lock, touched_at, touched_at)
  assert.equal(await shipperTo(collector, directory, time).runOnce(never()), false, 'it may live')
  time.advance(150_000)
  assert.equal(await shipperTo(collector, directory, time).runOnce(never()), true, 'it cannot live')
  assert.deepEqual(collector.messages, ['one'])

  await using session = await destinationTo(collector, directory, time).open(never())
  assert.ok(session)
  for (let quiet = 0; quiet < 200; quiet++) {
    time.advance(20_000)
    await session.keep?.()
    assert.ok(Math.abs(time.now() - statSync(lock).mtimeMs) <= 60_000)
  }
})

test('a process whose lock was taken over sends nothing any more and leaves the place to the other one', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' })
  const time = clock()
  await shipperTo(collector, directory, time).runOnce(never())
  const positions = join(directory, '.otlp-positions.json')
  const before = readFileSync(positions, 'utf8')
  await using session = await destinationTo(collector, directory, time).open(never())
  assert.ok(session)
  writeFileSync(join(directory, '.otlp.lock'), '1 1 another/pid:[1] nonce otlp-x\n')
  const skipped = { unknown_form: 0, no_number: 0, too_long: 0 }
  const batch = { stream: 'operations' as const, lines: [], place: 'elsewhere', skipped, is_last: true }
  await assert.rejects(session.deliver(batch), /another process/)
  time.advance(60_000)
  await assert.rejects(async () => session.keep?.(), /another process/)
  assert.equal(readFileSync(positions, 'utf8'), before)
  assert.equal(collector.requests.length, 1)
})

test('a collector that refuses every line is not set up for us: no line is left out', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' }, { message: 'two' })
  let requests = 0
  collector.answer = () => {
    requests++
    return { status: 400 }
  }
  const shipper = shipperTo(collector, directory)
  await assert.rejects(shipper.runOnce(never()), /refuses every line/)
  assert.equal(shipper.report.left_out, 0)
  assert.ok(requests < 100, 'it does not ask for each line')
  collector.answer = () => ({ status: 200 })
  await shipper.runOnce(never())
  assert.deepEqual(collector.messages, ['one', 'two'])
})

test('a line for which a collector answers 500 for an hour is left out, and the others come', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  const messages = ['a', 'b', 'bad', 'c', 'd']
  appendLines(directory, 'operations', ...messages.map((message) => ({ message })))
  collector.answer = (request) => ({
    status: recordsOf(request).map(messageOf).includes('bad') ? 500 : 200,
  })
  const time = clock()
  const stop = new AbortController()
  const shipper = shipperTo(collector, directory, time, ({ kind }) => {
    if (kind === 'shipped' || time.monotonic() > 3 * 3_600_000) stop.abort()
  })
  await shipper.run(stop.signal)
  assert.deepEqual(collector.messages, ['a', 'b', 'c', 'd'])
  assert.deepEqual([shipper.report.shipped_lines, shipper.report.left_out], [4, 1])
  assert.ok(time.monotonic() >= 3_600_000)
})

test('who ships once does not wait for a collector that asks for an hour', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' })
  collector.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } })
  const time = clock()
  await assert.rejects(shipperTo(collector, directory, time).runOnce(never()), /answers 429/)
  assert.ok(time.monotonic() < 60_000)
})

test('a collector that asks for a while gets no line twice that it has taken before', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  const messages = Array.from({ length: 2500 }, (_, at) => `line ${at}`)
  appendLines(directory, 'operations', ...messages.map((message) => ({ message })))
  let requests = 0
  collector.answer = () =>
    ++requests === 2 ? { status: 503, headers: { 'retry-after': '20' } } : { status: 200 }
  await shipperTo(collector, directory).runOnce(never())
  assert.deepEqual(collector.messages, messages)
})

test('a user and a password in the address of a collector become a header', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  mkdirSync(directory, { recursive: true })
  appendLines(directory, 'operations', { message: 'one' })
  const address = collector.address.href.replace('http://', 'http://ship%40x:p%3Aw@')
  const found = collectorOf(address, 'x-tenant=a')
  assert.ok(found)
  const time = clock()
  const destination = new OtlpDestination({
    directory,
    collector: found,
    machine: null,
    version: '1',
    clock: time,
  })
  await new LogShipper({ directory, destination, clock: time }).runOnce(never())
  assert.deepEqual(collector.messages, ['one'])
  const expected = `Basic ${Buffer.from('ship@x:p:w').toString('base64')}`
  assert.equal(collector.headers[0]?.['authorization'], expected)
  assert.equal(collector.headers[0]['x-tenant'], 'a')
  const own = collectorOf(address, 'authorization=Bearer%20x')
  assert.equal(own?.headers['authorization'], 'Bearer x')
})

test('lines that a collector refuses are told in the log, at most once a minute', async (t) => {
  const collector = await Collector.start(t)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'good' }, { message: 'bad' }, { message: 'bad' })
  collector.answer = (request) => ({
    status: recordsOf(request).map(messageOf).includes('bad') ? 400 : 200,
  })
  const told: LogEvent[] = []
  const time = clock()
  const stop = shipLogs({
    settings: {
      ship_logs: false,
      shipped_log_days: 30,
      machine_name: null,
      otlp_logs: collector.address.href,
      otlp_logs_headers: null,
    },
    database: 'sqlite:none.db',
    directory,
    version: '1',
    clock: time,
    zone: UTC_ZONE,
    logs: { write: (_, event) => told.push(event) },
    onError: (error) => {
      throw error
    },
  })
  while (told.length === 0 && time.monotonic() < 600_000) await pause(5)
  await stop()
  assert.deepEqual(
    told.map(({ event, fields }) => [event, fields]),
    [['log_lines_refused', { lines: 2 }]],
  )
})

test('an address that answers without end is not read to its end', async (t) => {
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'one' })
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200)
    response.write(' '.repeat(100_000))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const collector = collectorOf(`http://127.0.0.1:${port}/`, null)
  assert.ok(collector)
  const time = clock()
  const destination = new OtlpDestination({ directory, collector, machine: null, version: '1', clock: time })
  const shipper = new LogShipper({ directory, destination, clock: time })
  await shipper.runOnce(AbortSignal.timeout(20_000))
  assert.equal(shipper.report.shipped_lines, 1)
})
