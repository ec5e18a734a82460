import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ComposeReport } from '../../src/delivery/compose-report.ts'
import { Delivery } from '../../src/delivery/delivery.ts'
import { DeliveryWorld } from './support/delivery-world.ts'
import { testWords } from './support/fake-incidents.ts'
import { messageOf } from './support/letters.ts'

const compose: ComposeReport = ({ report_id, reader }) =>
  Promise.resolve(messageOf({ kind: 'report', title: `report ${report_id} for ${reader ?? 'all'}` }))

/** Hands a report over as a server does. */
async function hand(
  world: DeliveryWorld,
  report_id: number,
  readers: readonly (string | null)[],
): Promise<number[]> {
  const { config, incidents, clock, store } = world
  const { notifications } = store
  const onError = (): never => assert.fail()
  const delivery = new Delivery({ config, incidents, notifications, words: testWords, clock, onError })
  return await delivery.addReport(
    report_id,
    readers.map((reader) => ({ channel: 'ops', reader })),
  )
}

const statesOf = async (world: DeliveryWorld, ids: readonly number[]): Promise<unknown[]> =>
  await Promise.all(
    ids.map(async (id) => {
      const found = await world.store.notifications.find(id)
      return [found?.state, found?.attempts]
    }),
  )

describe('a report', () => {
  it('goes to each reader once, however often and by whomever it is handed over', async () => {
    const world = new DeliveryWorld({}, { composeReport: compose })
    const ids = await hand(world, 7, ['a', 'b', null])
    assert.deepEqual(await hand(world, 7, ['a', 'b', null]), ids)
    await world.pass(10)
    assert.deepEqual(await hand(world, 7, ['a', 'b']), ids.slice(0, 2))
    await world.pass(10)
    assert.deepEqual(world.channel.titles, ['report 7 for a', 'report 7 for b', 'report 7 for all'])
  })

  it('is tried for each reader on its own, and one that is refused takes no other with it', async () => {
    const world = new DeliveryWorld({}, { composeReport: compose })
    let deferred = 2
    world.channel.answer = ({ message: { title } }) =>
      title.endsWith('gone')
        ? { outcome: 'failed', error: 'smtp_550' }
        : title.endsWith('grey') && deferred-- > 0
          ? { outcome: 'again', error: 'smtp_451' }
          : { outcome: 'sent' }
    const ids = await hand(world, 7, ['gone', 'grey', 'well'])
    await world.pass(30)
    // A mailbox that is full or away says nothing about the channel, and holds up nobody.
    const well = { failing_since: null, failures: 0, waiting: 1 }
    assert.partialDeepStrictEqual((await world.store.notifications.channels())[0], well)
    world.incidents.open()
    await world.pass(25)
    assert.match(world.channel.titles.at(-1) ?? '', /sync_failed/)
    await world.pass(200, undefined, 5)
    assert.deepEqual(await statesOf(world, ids), [
      ['failed', 1],
      ['sent', 3],
      ['sent', 1],
    ])
  })

  it('is made when it is sent: who has unsubscribed meanwhile gets none', async () => {
    const gone = new Set<string | null>()
    const world = new DeliveryWorld(
      {},
      { composeReport: (row) => (gone.has(row.reader) ? Promise.resolve(null) : compose(row)) },
    )
    const ids = await hand(world, 7, ['a', 'b'])
    gone.add('b')
    await world.pass(10)
    assert.deepEqual(world.channel.titles, ['report 7 for a'])
    assert.deepEqual(await statesOf(world, ids), [
      ['sent', 1],
      ['withdrawn', 0],
    ])
  })

  it('that cannot be made waits a minute, and holds up nothing', async () => {
    let broken = true
    const world = new DeliveryWorld(
      {},
      { composeReport: (row) => (broken ? Promise.reject(new Error('no database')) : compose(row)) },
    )
    await hand(world, 7, ['a'])
    world.incidents.open()
    await world.pass(40)
    assert.equal(world.channel.titles.length, 1)
    assert.match(world.channel.titles[0] ?? '', /sync_failed/)
    assert.equal(world.errors.length, 1)
    assert.partialDeepStrictEqual((await world.store.notifications.channels())[0], { failing_since: null })
    broken = false
    await world.pass(40)
    assert.equal(world.channel.titles.at(-1), 'report 7 for a')
  })

  it('waits where nobody can make it, and is not passed on where its channel is away', async () => {
    const channels = ['ops', 'mail'].map((name) => {
      const fallback = name === 'ops' ? 'mail' : null
      return { name, kind: 'stdout', format: 'json', fallback } as const
    })
    const waiting = new DeliveryWorld({ channels })
    const ids = await hand(waiting, 7, ['a'])
    await waiting.pass(120, undefined, 5)
    assert.deepEqual(await statesOf(waiting, ids), [['waiting', 0]])
    const away = new DeliveryWorld({ channels }, { composeReport: compose })
    away.channel.answer = () => ({ outcome: 'again', error: 'refused' })
    await hand(away, 7, ['a'])
    await away.pass(900, undefined, 5)
    assert.deepEqual(away.channels[1]?.titles, [])
  })
})
