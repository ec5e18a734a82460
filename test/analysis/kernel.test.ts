import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../support/fast-check.ts'
import { compileKernel, kernelModule } from '../../kernel/compile.ts'
import { canonicalLine } from '../../src/analysis/canonical-line.ts'
import { LINES } from '../../src/analysis/kernel/counters.ts'
import { KERNEL_BYTES } from '../../src/analysis/kernel/kernel-bytes.ts'
import { Kernel, type KernelDump } from '../../src/analysis/kernel/kernel.ts'
import { LOG_FORMS } from '../../src/core/log-entry.ts'
import { LOG_STREAMS, type LogStream } from '../../src/core/log-event.ts'
import { parseLogLine } from '../../src/logs/reading/parse-line.ts'

const EVERYTHING = {
  legacy_is_utc: true,
  before_ms: Number.POSITIVE_INFINITY,
  since_ms: Number.NEGATIVE_INFINITY,
  until_ms: Number.POSITIVE_INFINITY,
}
const INPUT_BYTES = 65_536

interface Counted {
  readonly dump: KernelDump
  readonly malformed: number
}

/** As `analyzeLogs` does it: the kernel first, the host for what it leaves. */
async function countFast(lines: readonly Buffer[], stream: LogStream): Promise<Counted> {
  const kernel = await Kernel.create(INPUT_BYTES, EVERYTHING)
  kernel.beginSegment()
  let malformed = 0
  const block = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
  kernel.input.set(block)
  kernel.scan(block.length, stream, ({ start, length }) => {
    const entry = parseLogLine(block.toString('utf8', start, start + length), stream)
    const form = entry && LOG_FORMS.indexOf(entry.form)
    if (form === undefined || !kernel.scanLine(canonicalLine(entry as never), stream, 1, form)) malformed++
  })
  return { dump: kernel.dump(), malformed }
}

/** Every line by the host. */
async function countSlowly(lines: readonly Buffer[], stream: LogStream): Promise<Counted> {
  const kernel = await Kernel.create(INPUT_BYTES, EVERYTHING)
  kernel.beginSegment()
  let malformed = 0
  for (const bytes of lines) {
    const line = bytes.toString()
    const entry = parseLogLine(line, stream)
    if (entry) kernel.scanLine(canonicalLine(entry), stream, 1, LOG_FORMS.indexOf(entry.form))
    else if (!/^[ \t\r]*$/.test(line)) malformed++
  }
  return { dump: kernel.dump(), malformed }
}

/** What does not depend on the order in which keys were met, nor on what the host strips. */
function figures({ dump, malformed }: Counted, stream: LogStream): unknown {
  const counters = [...dump.counters[stream]]
  // Blank lines are only counted by the kernel.
  counters[26] = 0
  const tables = Object.entries(dump.tables[stream]).map(([name, table]) => [
    name,
    table.groups
      .map((group) => ({ ...group, example: null, histogram: sparse(group.histogram) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  ])
  return { malformed, counters, histogram: sparse(dump.histograms[stream].current), tables }
}

/** Sums of floating point depend on their order, which is not the same. */
function steady(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value
}

function sparse(histogram: Uint32Array | null): unknown {
  return [...(histogram?.entries() ?? [])].filter(([, count]) => count > 0)
}

const text = fc.oneof(
  fc.constantFrom(
    'GET',
    '/api/v1/courses/12/assignments',
    'x',
    '',
    'throttled',
    'Grüße',
    '__proto__',
    'a"b\\c\n',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const number = fc.oneof(
  fc.nat(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    1e21,
    1.5e-7,
    123_456_789_012_345_680_000,
    0.1,
    145.2,
    99_999_999,
    12_345_678.123_456_78,
  ),
)
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.array(number, { maxLength: 2 }))
const names = [
  'method',
  'endpoint',
  'status',
  'duration_ms',
  'items',
  'page',
  'attempt',
  'request_cost',
  'rate_limit_remaining',
  'bytes',
  'error_type',
  'course_id',
  'operation',
  'entity',
  'count',
  'batch',
  'percent',
  'elapsed_ms',
  'sync_type',
  'request_id',
  'a_key_that_is_longer_than_those_that_are_kept',
]
const fields = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 })
const line = fc
  .record({
    time: fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }),
    level: fc.constantFrom('DEBUG', 'INFO', 'WARNING', 'ERROR', 'warn', 'CRITICAL'),
    event: fc.constantFrom('api_call', 'sync_started', 'sync_completed', 'course_synced', 'sync_lost'),
    task_id: fc.oneof(fc.constantFrom('t1', 't2'), text),
    user_id: fc.oneof(fc.nat({ max: 5 }), fc.constant(null), text),
    writer: fc.constantFrom('w1', 'w2'),
    seq: fc.nat({ max: 50 }),
    fields,
    message: text,
    order: fc.constantFrom('ours', 'ours', 'ours', 'reversed', 'seq in the middle'),
    space: fc.constantFrom('', '', ' ', '\t '),
    end: fc.constantFrom('', '', '\r', ' '),
  })
  .map(({ time, level, event, task_id, user_id, writer, seq, fields, message, order, space, end }) => {
    const own = {
      timestamp: time.toISOString(),
      level,
      event,
      task_id,
      user_id,
      writer,
      seq,
      ...fields,
      message,
    }
    let entries = Object.entries(own)
    if (order === 'reversed') entries = entries.toReversed()
    if (order === 'seq in the middle') entries = [...entries.slice(7), ...entries.slice(0, 7)]
    const inner = entries
      .map(([name, each]) => `${JSON.stringify(name)}${space}:${space}${JSON.stringify(each)}`)
      .join(`${space},${space}`)
    return Buffer.from(`{${space}${inner}${space}}${end}`)
  })
const legacyTime = fc
  .tuple(
    fc.date({ min: new Date('2024-01-01'), max: new Date('2025-12-31'), noInvalidDate: true }),
    fc.constantFrom('T', ' '),
    fc.constantFrom('', '.123', ',999', '.123456', '.1', 'Z'),
  )
  .map(([date, between, fraction]) => date.toISOString().slice(0, 19).replace('T', between) + fraction)
const path = fc.oneof(
  fc.constantFrom(
    '/users/self',
    '/api/v1/courses/12/assignments',
    '/courses/7~9',
    '/a?name=x',
    'users',
    '/Grüße',
  ),
  text,
)
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'get', 'FETCH', 'GETS')
const legacyJson = fc
  .record(
    {
      timestamp: legacyTime,
      level: fc.constantFrom('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'),
      logger: fc.constant('canvas'),
      message: fc.constantFrom('Canvas API response: GET /x', 'ok', 'GET /y - Status: 404 - Page: 2'),
      extra_method: method,
      extra_endpoint: path,
      extra_response_status: fc.oneof(fc.constantFrom(200, 404, '200', 200.5), value),
      extra_duration_ms: value,
      extra_user_id: fc.oneof(fc.nat(9), fc.constantFrom('7', 'x', null, 1.5, '')),
      extra_course_id: fc.oneof(fc.nat(9), fc.constantFrom('7', null, '')),
      extra_task_id: fc.oneof(fc.constantFrom('t', '', null), fc.nat(9)),
      extra_count: fc.nat(),
      status: fc.nat(),
      event: fc.constantFrom('x'),
      module: fc.constant('client'),
      error_type: fc.constant('throttled'),
    },
    { requiredKeys: ['timestamp', 'message', 'extra_method', 'extra_endpoint', 'extra_response_status'] },
  )
  .map((line) => Buffer.from(JSON.stringify(line).replaceAll('":', '": ')))
const legacyCall = fc
  .tuple(
    legacyTime,
    fc.constantFrom('DEBUG', 'INFO', 'WARN', 'debug'),
    fc.constantFrom('_make_request:93', 'f', ':', 'a b:1', 'x:12345678'),
    method,
    path,
    fc.oneof(fc.nat({ max: 999 }).map(String), fc.constantFrom('-1', '2e2', '', 'ok', '0200', '1234567890')),
    fc.oneof(fc.nat().map(String), fc.constantFrom('145.3', '1e3', '.5', '5.', '-2', '00.5')),
    fc.constantFrom('ms', 's', '', 'ms - Page: 2', 'ms '),
  )
  .map(([time, level, place, method, path, status, duration, unit]) =>
    Buffer.from(
      `[${time}] ${level} [${place}]: Canvas API response: ${method} ${path.replaceAll(/[\r\n]/g, '')} - Status: ${status} - Duration: ${duration}${unit}`,
    ),
  )
/** A line with some bytes changed, cut off or added. */
const damaged = fc
  .tuple(line, fc.nat(), fc.uint8Array({ maxLength: 3 }), fc.nat({ max: 4 }))
  .map(([whole, at, bytes, cut]) => {
    const place = at % (whole.length + 1)
    const mixed = Buffer.concat([whole.subarray(0, place), bytes, whole.subarray(place + cut)])
    return Buffer.from(mixed.map((byte) => (byte === 10 ? 32 : byte)))
  })

for (const stream of LOG_STREAMS) {
  test(`the kernel counts lines of ${stream} as reading each of them by itself does`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ arbitrary: line, weight: 4 }, damaged, legacyJson, legacyCall), {
          minLength: 1,
          maxLength: 30,
        }),
        async (lines) => {
          const fast = figures(await countFast(lines, stream), stream)
          const slow = figures(await countSlowly(lines, stream), stream)
          assert.equal(JSON.stringify(fast, steady, 1), JSON.stringify(slow, steady, 1))
        },
      ),
      { numRuns: Number(process.env['KERNEL_RUNS'] ?? 150) },
    )
  })
}

const NEXT = '{"timestamp":"2026-11-22T10:15:00.000Z","level":"INFO","event":"next","message":"m"}'
const HEAD = '{"timestamp":"2026-11-22T10:15:00.000Z","level":"INFO",'
const FIRST = `${HEAD}"event":"x","task_id":"t1","user_id":1,"writer":"w","seq":`

/** Each was found by looking for what would make the kernel read beyond a line or mistake one for another. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  'a tab before a value that is no value': [`${HEAD}"event":\t","x":1}`, NEXT],
  'a tab before a colon': [`${HEAD}"event"\t:","x":1}`, NEXT],
  'tabs wherever JSON allows them': [`${HEAD.replaceAll(/[:,{]/g, '$&\t')}\t"event"\t:\t"x"\t}\t`, NEXT],
  'a tab behind the number of a line': [
    `${FIRST}\t1,"message":"m"}`,
    `${FIRST}2,"message":"m"}`,
    `${FIRST}\t3}`,
  ],
  'an event that is the end of a sync but for a few letters': [
    `${HEAD}"event":"sync_comp\uFFFDed","task_id":"t1","message":"m"}`,
    `${HEAD}"event":"sync_failes","task_id":"t1","message":"m"}`,
    `${HEAD}"event":"sync_partiel","task_id":"t1","message":"m"}`,
  ],
  'a key that is there twice': [`${FIRST}1,"task_id":"t2","event":"y"}`, `${FIRST}2}`, `${FIRST}3}`],
}

for (const [what, lines] of Object.entries(HOSTILE)) {
  test(`the kernel reads ${what} as JSON does`, async () => {
    for (const stream of LOG_STREAMS) {
      const bytes = lines.map((line) => Buffer.from(line))
      const fast = figures(await countFast(bytes, stream), stream)
      assert.deepEqual(fast, figures(await countSlowly(bytes, stream), stream))
    }
  })
}

test('keys take a bounded memory, however long they are', async () => {
  const kernel = await Kernel.create(INPUT_BYTES, EVERYTHING)
  kernel.beginSegment()
  const long = 'x'.repeat(60_000)
  for (let number = 0; number < 3000; number++) {
    const line = Buffer.from(`${FIRST.replace('t1', `${number}${long}`)}${number},"message":"m"}\n`)
    kernel.input.set(line)
    kernel.scan(line.length, 'operations', () => assert.fail())
  }
  const { tables, counters } = kernel.dump()
  const { groups, refused_lines } = tables.operations.tasks ?? assert.fail()
  assert.equal(counters.operations[LINES], 3000)
  assert.ok(groups.length > 500 && groups.length < 2000)
  assert.equal(refused_lines, 3000 - groups.length)
})

test('the kernel that is committed is the one that its source compiles to', async () => {
  assert.ok(Buffer.from(KERNEL_BYTES).equals(Buffer.from(await compileKernel())), 'run npm run build:kernel')
  assert.match(kernelModule(KERNEL_BYTES), /^\/\/ Generated/)
})

test('any bytes are counted, left to the host or blank, and none is read twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      const kernel = await Kernel.create(INPUT_BYTES, EVERYTHING)
      const block = Buffer.concat([bytes, Buffer.from('\n')])
      kernel.input.set(block)
      let left = 0
      kernel.scan(block.length, 'api_calls', () => left++)
      const blank = kernel.counter('api_calls', 26)
      assert.equal(left + blank, block.filter((byte) => byte === 10).length)
    }),
    { numRuns: 200 },
  )
})

test('only the six words end a sync', async () => {
  const endsOf = async (event: string): Promise<number> => {
    const kernel = await Kernel.create(INPUT_BYTES, EVERYTHING)
    kernel.beginSegment()
    const line = Buffer.from(`${HEAD}"event":"${event}","task_id":"t1","message":"m"}\n`)
    kernel.input.set(line)
    kernel.scan(line.length, 'operations', () => assert.fail())
    return kernel.dump().tables.operations.end_statuses?.groups.length ?? 0
  }
  for (const word of ['completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out']) {
    assert.equal(await endsOf(`sync_${word}`), 1, word)
    for (let at = 0; at < word.length; at++) {
      const other = `${word.slice(0, at)}z${word.slice(at + 1)}`
      assert.equal(await endsOf(`sync_${other}`), 0, other)
    }
  }
})
