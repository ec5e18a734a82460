import assert from 'node:assert/strict'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IngestReport } from '../../src/core/ingest-event.ts'
import { BackOff } from '../../src/remote/back-off.ts'
import { Outbox } from '../../src/remote/outbox.ts'
import type { SendResult } from '../../src/remote/sender.ts'
import { earliestAhead, withoutTimesFrom } from '../../src/remote/times-ahead.ts'
import { Spool } from '../../src/remote/spool/spool.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const taken = (lines: readonly string[], changes: Partial<IngestReport> = {}): SendResult => ({
  kind: 'taken',
  report: { accepted: lines.length, duplicates: 0, late: 0, rejected: 0, errors: [], syncs: [], ...changes },
})
const away: SendResult = {
  kind: 'later',
  after_ms: null,
  error: 'The server cannot be reached (ECONNREFUSED).',
}

interface World {
  readonly directory: string
  readonly spool: Spool
  readonly outbox: Outbox
  readonly clock: FakeClock
  /** What was sent, request by request. */
  readonly sent: string[][]
  /** How the server answers from now on. */
  answer: (lines: readonly string[]) => SendResult | Promise<SendResult>
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

function world(options: { limit_bytes?: number; directory?: string } = {}): World {
  const clock = new FakeClock()
  const directory = options.directory ?? temporaryDirectory()
  const spool = new Spool(directory)
  const sent: string[][] = []
  const made: World = {
    clock,
    sent,
    directory,
    spool,
    answer: taken,
    outbox: new Outbox({
      spool,
      clock,
      limit_bytes: options.limit_bytes ?? 1_000_000,
      random: () => 0,
      send: async (lines) => {
        sent.push([...lines])
        return await made.answer(lines)
      },
    }),
    settle: async () => {
      for (let turn = 0; turn < 20; turn++) await nextTurn()
    },
  }
  after(() => made.outbox.close(0))
  return made
}

const ids = (place: World): string[] =>
  place.sent.flat().map((line) => (JSON.parse(line) as { id: string }).id)

const event = (task_id: string, id: string, type = 'log'): string => JSON.stringify({ type, task_id, id })

describe('the outbox', () => {
  it('delivers in order, and leaves nothing behind', async () => {
    const { outbox, sent, settle } = world()
    outbox.add([event('a', '1'), event('a', '2')])
    outbox.add([event('b', '1')])
    await settle()
    assert.deepEqual(sent.flat(), [event('a', '1'), event('a', '2'), event('b', '1')])
    assert.deepEqual(outbox.health, {
      connected: true,
      spooled_bytes: 0,
      pending_events: 0,
      delivered_events: 3,
      lost_events: 0,
      last_error: null,
    })
  })

  it('keeps everything while the server is away and tries again later and later', async () => {
    const place = world()
    place.answer = () => away
    place.outbox.add([event('a', '1')])
    await place.settle()
    assert.equal(place.outbox.health.connected, false)
    assert.match(place.outbox.health.last_error ?? '', /cannot be reached/)
    for (const wait_ms of [1000, 2000, 4000]) {
      const before = place.sent.length
      place.clock.advance(wait_ms - 1)
      await place.settle()
      assert.equal(place.sent.length, before, `not before ${wait_ms} ms`)
      place.clock.advance(1)
      await place.settle()
      assert.equal(place.sent.length, before + 1)
    }
    place.outbox.add([event('a', '2')])
    place.answer = taken
    place.clock.advance(60_000)
    await place.settle()
    assert.deepEqual(place.sent.slice(-2).flat(), [event('a', '1'), event('a', '2')])
    assert.equal(place.outbox.health.spooled_bytes, 0)
  })

  it('waits as long as the server asks', async () => {
    const place = world()
    place.answer = () => ({ kind: 'later', after_ms: 30_000, error: 'The server answered 429.' })
    place.outbox.add([event('a', '1')])
    await place.settle()
    place.clock.advance(29_999)
    await place.settle()
    assert.equal(place.sent.length, 1)
    place.clock.advance(1)
    await place.settle()
    assert.equal(place.sent.length, 2)
  })

  it('sends less at once to a server that finds it too much, and drops what is too large alone', async () => {
    const place = world()
    place.answer = (lines) =>
      lines.length > 2 || lines.some((line) => line.includes('huge')) ? { kind: 'too_large' } : taken(lines)
    const lines = ['1', '2', 'huge', '3', '4', '5', '6'].map((id) => event('a', id))
    place.outbox.add(lines)
    await place.settle()
    const through = place.sent.filter((sent) => sent.length <= 2 && !sent.join('').includes('huge')).flat()
    assert.deepEqual(
      through,
      lines.filter((line) => !line.includes('huge')),
    )
    assert.equal(place.outbox.health.lost_events, 1)
  })

  it('counts what the server will never take, says why, and goes on', async () => {
    const place = world()
    place.answer = (lines) =>
      taken(lines, {
        accepted: 0,
        rejected: 1,
        errors: [{ index: 0, task_id: 'a', event_id: '1', code: 'invalid', error: 'No.', parameter: 'type' }],
      })
    place.outbox.add([event('a', '1')])
    await place.settle()
    const { lost_events, last_error, spooled_bytes } = place.outbox.health
    assert.deepEqual([lost_events, spooled_bytes], [1, 0])
    assert.match(last_error ?? '', /took 1 events for wrong: No\./)
  })

  it('drops log lines beyond its limit and nothing else', async () => {
    const place = world({ limit_bytes: 100 })
    place.answer = () => away
    place.outbox.add([event('a', 'x'.repeat(200), 'start')])
    place.outbox.add([event('a', '1')], { droppable: true })
    place.outbox.add([event('a', 'end', 'finish')], { durable: true })
    assert.equal(place.outbox.health.lost_events, 1)
    await place.settle()
    place.answer = taken
    place.clock.advance(60_000)
    await place.settle()
    assert.deepEqual(
      place.sent.at(-1)?.map((line) => (JSON.parse(line) as { type: string }).type),
      ['start', 'finish'],
    )
  })

  it('says that quiet syncs live, and only those', async () => {
    const place = world()
    await Promise.all([
      place.outbox.start('quiet', event('quiet', 'r-1', 'start'), 2000),
      place.outbox.start('busy', event('busy', 'r-1', 'start'), 2000),
    ])
    await place.settle()
    const beats = (): string[] =>
      place.sent
        .splice(0)
        .flat()
        .map((line) => JSON.parse(line) as { type: string; task_id: string })
        .filter(({ type }) => type === 'heartbeat')
        .map(({ task_id }) => task_id)
    place.clock.advance(10_000)
    await place.settle()
    beats()
    place.outbox.add([event('busy', 'r-2')])
    await place.settle()
    place.clock.advance(10_000)
    await place.settle()
    assert.deepEqual(beats(), ['quiet'])
    place.outbox.add([event('quiet', 'r-9', 'finish')])
    await place.settle()
    beats()
    place.clock.advance(10_000)
    await place.settle()
    assert.deepEqual(beats(), ['busy'])
  })
})

it('times that are ahead of the server are left out at once, and nothing is lost', async () => {
  const place = world()
  const server_ms = 1_795_000_000_000
  const at = (id: number, ms: number): string => `{"type":"log","task_id":"a","id":"${id}","at":${ms}}`
  const given = [
    at(0, server_ms - 5),
    ...Array.from({ length: 250 }, (_, id) => at(id + 1, server_ms + id + 1)),
  ]
  place.answer = (lines) => {
    const errors = lines.flatMap((line, index) => {
      const { id, at = 0 } = JSON.parse(line) as { id: string; at?: number }
      const refused = { index, task_id: 'a', event_id: id, error: 'Ahead.', parameter: 'at' }
      return at > server_ms ? [{ ...refused, code: 'time_ahead' as const }] : []
    })
    return taken(lines, { rejected: errors.length, errors: errors.slice(0, 100) })
  }
  place.outbox.add(given)
  await place.settle()
  const { lost_events, last_error, spooled_bytes } = place.outbox.health
  assert.deepEqual([lost_events, last_error, spooled_bytes], [0, null, 0])
  const [, last] = place.sent
  assert.equal(place.sent.length, 2)
  assert.deepEqual(
    last,
    given.map((line, index) => (index === 0 ? line : line.replace(/,"at":\d+/, ''))),
  )
})

it('lines that are no events have no time, whatever a server says of them', () => {
  const lines = ['{"type', 'null', '7', '[]', '{"at":"tomorrow"}']
  const errors = [...lines.keys(), 99].map((index) => {
    return {
      index,
      task_id: null,
      event_id: null,
      code: 'time_ahead' as const,
      error: 'No.',
      parameter: 'at',
    }
  })
  assert.equal(earliestAhead(lines, { errors }), Infinity)
  assert.deepEqual(withoutTimesFrom(lines, 0), lines)
})

describe('a task id that another sync has', () => {
  const clash = (lines: readonly string[]): SendResult => {
    const index = lines.findIndex((line) => line.includes('"task_id":"a"'))
    if (index === -1) return taken(lines)
    const code = 'task_id_taken' as const
    const error = { index, task_id: 'a', event_id: 'r-0', code, error: 'It is taken.', parameter: 'task_id' }
    return taken(lines, { accepted: 0, rejected: 1, errors: [error] })
  }

  it('is told to a job that waits for the answer, and nothing counts as lost', async () => {
    const place = world()
    place.answer = clash
    assert.equal(await place.outbox.start('a', event('a', 'r-0', 'start'), 2000), 'taken')
    assert.equal(await place.outbox.start('a#2', event('a#2', 'r-1', 'start'), 2000), 'new')
    assert.equal(place.outbox.health.lost_events, 0)
  })

  it('gets another name, always the same, when the job began without an answer', async () => {
    const place = world()
    place.answer = () => away
    assert.equal(await place.outbox.start('a', event('a', 'r-0', 'start'), 2000), 'unknown')
    place.outbox.add([event('a', 'r-1')])
    place.answer = clash
    place.clock.advance(60_000)
    await place.settle()
    const names = (): string[] => [
      ...new Set(place.sent.at(-1)?.map((line) => (JSON.parse(line) as { task_id: string }).task_id)),
    ]
    const as = `a#${place.spool.run}`
    assert.deepEqual(names(), [as])
    assert.equal(place.outbox.health.lost_events, 0)
    for (let beat = 0; beat < 2; beat++) place.clock.advance(10_000)
    await place.settle()
    assert.deepEqual(place.sent.at(-1), [JSON.stringify({ type: 'heartbeat', task_id: as })])
    place.outbox.add([event('a', 'r-2', 'finish')])
    await place.settle()
    assert.deepEqual(names(), [as])
  })

  it('is found although the server names only some of what it refused', async () => {
    const place = world()
    place.answer = () => away
    await place.outbox.start('a', event('a', 'r-0', 'start'), 2000)
    place.outbox.add(Array.from({ length: 300 }, (_, id) => event('b', `wrong-${id}`)))
    await place.outbox.start('c', event('c', 'r-1', 'start'), 0)
    place.answer = (lines) => {
      const errors = lines.flatMap((line, index) => {
        const { task_id, id } = JSON.parse(line) as { task_id: string; id: string }
        if (task_id !== 'c' && !id.startsWith('wrong')) return []
        const parameter = task_id === 'c' ? 'task_id' : 'type'
        const code = task_id === 'c' ? ('task_id_taken' as const) : ('invalid' as const)
        return [{ index, task_id, event_id: id, code, error: 'No.', parameter }]
      })
      return taken(lines, { rejected: errors.length, errors: errors.slice(0, 100) })
    }
    place.clock.advance(60_000)
    await place.settle()
    assert.equal(place.outbox.health.lost_events, 300)
    const sent = new Set(place.sent.flat().map((line) => (JSON.parse(line) as { task_id: string }).task_id))
    assert.deepEqual([...sent].sort(), ['a', 'b', 'c', `c#${place.spool.run}`])
  })

  it('is not told to a job by what another process had of the same id', async () => {
    const directory = temporaryDirectory()
    const before = new Spool(directory)
    before.own.append(`${event('a', 'old-0', 'start')}\n`)
    before.release(before.own)
    const place = world({ directory })
    place.answer = (lines) =>
      lines.some((line) => line.includes('"a","id":"old-0"')) ? clash(lines) : taken(lines)
    assert.equal(await place.outbox.start('a', event('a', 'r-0', 'start'), 2000), 'new')
    await place.settle()
    assert.ok(place.sent.flat().includes(event(`a#${before.run}`, 'old-0', 'start')))
  })
})

describe('an outbox with trouble', () => {
  /** Nothing can be written into the folder, nor made in it. */
  const broken = (place: World): (() => void) => {
    const aside = `${place.directory}-aside`
    renameSync(place.directory, aside)
    writeFileSync(place.directory, '')
    return () => {
      renameSync(place.directory, `${aside}-file`)
      renameSync(aside, place.directory)
    }
  }

  it('keeps the order through a disk that refuses for a while, whether the server is there or not', async () => {
    for (const server of ['there', 'away'] as const) {
      const place = world()
      place.answer = server === 'there' ? taken : () => away
      const mend = broken(place)
      place.outbox.add([event('a', '1', 'start')], { durable: true })
      place.outbox.add([event('a', '2')], { droppable: true })
      const { pending_events, last_error } = place.outbox.health
      assert.equal(pending_events, 2)
      assert.match(last_error ?? '', /^The spool cannot be written \(E[A-Z]+\)\.$/)
      await place.settle()
      mend()
      place.outbox.add([event('a', '3')])
      assert.equal(place.outbox.health.pending_events, 0)
      const mend_again = broken(place)
      // The folder that is away has its file: what is written arrives there.
      place.outbox.add([event('a', '4')])
      mend_again()
      place.outbox.add([event('a', '5')])
      place.answer = taken
      place.clock.advance(60_000)
      await place.settle()
      const all = ids(place)
      const first_sight = [...new Set(server === 'there' ? all : all.slice(all.lastIndexOf('1')))]
      assert.deepEqual(first_sight, ['1', '2', '3', '4', '5'])
      assert.deepEqual([place.outbox.health.pending_events, place.outbox.health.lost_events], [0, 0])
    }
  })

  it('loses nothing that came into memory while other lines of it were under way', async () => {
    const place = world()
    const mend = broken(place)
    const under_way = Promise.withResolvers<SendResult>()
    place.answer = () => under_way.promise
    place.outbox.add([event('a', '1')])
    await place.settle()
    mend()
    place.outbox.add([event('a', '2')])
    const mend_again = broken(place)
    // The file is still open; a new one is needed after all is delivered, and cannot be made.
    place.spool.own.close()
    place.outbox.add([event('a', '3')])
    assert.equal(place.outbox.health.pending_events, 1)
    mend_again()
    place.answer = taken
    under_way.resolve(taken([event('a', '1')]))
    await place.settle()
    assert.deepEqual([...new Set(ids(place))], ['1', '2', '3'])
    assert.equal(place.outbox.health.pending_events, 0)
  })

  it('has a job that starts try the server at once, but not again and again', async () => {
    const place = world()
    place.answer = () => away
    place.outbox.add([event('a', '1')])
    await place.settle()
    assert.equal(await place.outbox.start('b', event('b', '1', 'start'), 2000), 'unknown')
    assert.equal(place.sent.length, 1)
    place.clock.advance(1000)
    await place.settle()
    place.clock.advance(1200)
    const before = place.sent.length
    place.answer = taken
    assert.equal(await place.outbox.start('c', event('c', '1', 'start'), 2000), 'new')
    // What was waiting, then the start.
    assert.equal(place.sent.length, before + 2)
  })

  it('closes after one more try when the server is away, and leaves the rest to the next one', async () => {
    const place = world()
    place.answer = () => away
    place.outbox.add([event('a', '1')])
    await place.settle()
    const before = place.sent.length
    assert.equal(await place.outbox.close(10_000), false)
    assert.equal(place.sent.length, before + 1)
    const next = world({ directory: place.directory })
    await next.settle()
    assert.deepEqual(next.sent.flat(), [event('a', '1')])
    assert.equal(await next.outbox.close(10_000), true)
    assert.deepEqual(readdirSync(place.directory), [])
  })

  it('takes over what a process leaves that dies later, and forgets it when it is delivered', async () => {
    const place = world()
    const other = new Spool(place.directory)
    other.own.append(`${event('a', '1')}\n`)
    place.clock.advance(30_000)
    await place.settle()
    assert.deepEqual(place.sent, [])
    other.release(other.own)
    place.clock.advance(30_000)
    await place.settle()
    assert.deepEqual(place.sent.flat(), [event('a', '1')])
    assert.deepEqual(readdirSync(place.directory), [])
    assert.equal(place.outbox.health.spooled_bytes, 0)
  })

  it('counts what it has taken over as its own when it looks for space', () => {
    const directory = temporaryDirectory()
    const before = new Spool(directory)
    before.own.append(`${event('a', 'x'.repeat(200))}\n`)
    before.release(before.own)
    const place = world({ directory, limit_bytes: 100 })
    place.answer = () => away
    place.outbox.add([event('b', '1')], { droppable: true })
    assert.equal(place.outbox.health.lost_events, 1)
    assert.match(place.outbox.health.last_error ?? '', /spool is full/)
  })
})

describe('the back-off', () => {
  it('doubles to a minute, is never shorter than asked for, and is long where trying is useless', () => {
    const backOff = new BackOff(() => 0)
    const waits = Array.from({ length: 8 }, () => backOff.next(null, false))
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    backOff.reset()
    assert.equal(backOff.next(7000, false), 7000)
    assert.equal(backOff.next(null, true), 60_000)
    assert.equal(new BackOff(() => 0.998).next(null, false), 501)
  })
})
