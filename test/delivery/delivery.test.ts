import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SendResult } from '../../src/delivery/channel.ts'
import { DeliveryWorld } from './support/delivery-world.ts'

const MINUTE = 60
const HOUR = 3600

describe('what breaks', () => {
  it('is told once within a minute, and its end once', async () => {
    const world = new DeliveryWorld()
    const began = world.clock.now()
    const id = world.incidents.open()
    await world.pass(MINUTE)
    assert.deepEqual(world.channel.titles, [`[Critical] sync_failed no ${id}`])
    assert.ok((world.channel.sent[0]?.at ?? 0) - began <= 40_000)
    world.incidents.resolve(id)
    await world.pass(MINUTE)
    await world.pass(10 * HOUR, () => {}, 300)
    assert.deepEqual(world.channel.titles.slice(1), [`[Over] sync_failed no ${id}`])
  })

  it('a thousand times in a minute, of fifty users, is five messages at most', async () => {
    const world = new DeliveryWorld()
    const of_user = new Map<number, number>()
    let failures = 0
    await world.pass(60, () => {
      for (let count = 0; count < 17 && failures < 1000; count++, failures++) {
        const user = failures % 50
        const rule =
          (['sync_failed', 'sync_partial', 'volume', 'stale', 'sync_timed_out'] as const)[failures % 5] ??
          'stale'
        const id = of_user.get(user)
        if (id === undefined) {
          const subject = {
            host: 'canvas.example.edu',
            source_id: 1,
            sync_type: 'all',
            user_id: String(user),
          }
          const nothing = { schedule: null, channel: null, error_type: null }
          of_user.set(user, world.incidents.open({ rule, subject: { ...subject, ...nothing } }))
        } else if (failures % 100 < 3) world.incidents.change(id, 'worsened')
      }
    })
    assert.ok(failures >= 1000)
    await world.pass(10 * MINUTE)
    assert.ok(world.channel.sent.length <= 5, `${world.channel.sent.length} messages`)
    const told = world.channel.sent.flatMap(({ letter }) =>
      (letter.message.data['incidents'] as { id: number }[]).map(({ id }) => id),
    )
    assert.deepEqual(new Set(told), new Set(of_user.values()))
  })

  it('and ends before it was told is one message that says both', async () => {
    const world = new DeliveryWorld()
    const id = world.incidents.open()
    await world.pass(2)
    world.incidents.resolve(id)
    await world.pass(10 * MINUTE, () => {}, 5)
    assert.deepEqual(world.channel.titles, [`[Over already] sync_failed no ${id}`])
  })

  it('and is muted or explained before it was told is not told, nor its end', async () => {
    const world = new DeliveryWorld()
    const muted = world.incidents.open()
    const explained = world.incidents.open({ rule: 'stale' })
    await world.pass(2)
    world.incidents.change(muted, 'muted', { state: 'muted' })
    world.incidents.change(explained, 'suppressed', { state: 'suppressed' })
    await world.pass(MINUTE)
    world.incidents.resolve(muted)
    world.incidents.resolve(explained)
    await world.pass(10 * MINUTE, () => {}, 5)
    assert.deepEqual(world.channel.titles, [])
  })

  it('is told when what explained it is over and it is not', async () => {
    const world = new DeliveryWorld()
    const id = world.incidents.open({ state: 'suppressed' })
    await world.pass(MINUTE)
    assert.deepEqual(world.channel.titles, [])
    world.incidents.change(id, 'released', { state: 'open' })
    await world.pass(MINUTE)
    assert.deepEqual(world.channel.titles, [`[Critical] sync_failed no ${id}`])
  })

  it('is told again every four hours until somebody has acknowledged it', async () => {
    const world = new DeliveryWorld()
    const id = world.incidents.open()
    await world.pass(9 * HOUR, () => {}, 60)
    const still = `[Still open, critical] sync_failed no ${id}`
    assert.deepEqual(world.channel.titles.slice(1), [still, still])
    world.incidents.change(id, 'acknowledged', { state: 'acknowledged' })
    await world.pass(9 * HOUR, () => {}, 60)
    assert.equal(world.channel.titles.length, 3)
    world.incidents.resolve(id)
    await world.pass(10 * MINUTE, () => {}, 5)
    assert.deepEqual(world.channel.titles.slice(3), [`[Over] sync_failed no ${id}`])
  })

  it('again after it was over is told again', async () => {
    const world = new DeliveryWorld()
    const id = world.incidents.open()
    await world.pass(MINUTE)
    world.incidents.resolve(id)
    await world.pass(MINUTE)
    world.incidents.change(id, 'reopened', { state: 'open', resolved_at: null })
    await world.pass(10 * MINUTE, () => {}, 5)
    world.incidents.resolve(id)
    await world.pass(10 * MINUTE, () => {}, 5)
    assert.deepEqual(
      world.channel.titles.map((title) => title.slice(0, title.indexOf(']') + 1)),
      ['[Critical]', '[Over]', '[Critical]', '[Over]'],
    )
  })

  it('in quiet hours is told when they end, but for what is critical', async () => {
    const quiet_hours = [{ from: '10:00', until: '11:00' }]
    const world = new DeliveryWorld({ calendar: { quiet_hours, terms: [], time_zone: 'UTC' } })
    const warning = world.incidents.open({ severity: 'warning' })
    const critical = world.incidents.open({ rule: 'canvas_unreachable' })
    await world.pass(2 * HOUR, () => {}, 10)
    assert.deepEqual(world.channel.titles, [
      `[Critical] canvas_unreachable no ${critical}`,
      `[Warning] sync_failed no ${warning}`,
    ])
    const [, second] = world.channel.sent
    assert.ok(new Date(second?.at ?? 0).toISOString().startsWith('2026-11-22T11:00'))
  })
})

describe('a channel', () => {
  const channels = ['ops', 'mail'].map((name) => {
    const fallback = name === 'ops' ? 'mail' : null
    return { name, kind: 'stdout', format: 'json', fallback } as const
  })
  const only_ops = [{ match: {}, channels: ['ops'], repeat_ms: 0, stop: false }]

  it('that was away for ten minutes tells all of it in one message', async () => {
    const world = new DeliveryWorld()
    const away = { outcome: 'again', error: 'refused' } as const satisfies SendResult
    world.channel.answer = () => away
    const ids: number[] = []
    await world.pass(10 * MINUTE, (second) => {
      if (second % 60 === 0) ids.push(world.incidents.open({ rule: second < 300 ? 'sync_failed' : 'stale' }))
      if (second === 400) world.incidents.resolve(ids[0] ?? 0)
    })
    const [state] = await world.store.notifications.channels()
    assert.ok((state?.failing_since ?? 0) > 0)
    assert.equal(state?.last_error, 'refused')
    world.channel.answer = () => ({ outcome: 'sent' })
    await world.pass(6 * MINUTE)
    assert.equal(world.channel.taken.length, 1, world.channel.titles.join('\n'))
    assert.deepEqual(world.channel.titles, ['9 problems, 1 over in Canvas syncs'])
    assert.partialDeepStrictEqual((await world.store.notifications.channels())[0], {
      failing_since: null,
      waiting: 0,
    })
  })

  it('that asks for seven seconds is asked again after 7.0 to 8.5', async () => {
    const world = new DeliveryWorld()
    world.channel.answer = () => ({ outcome: 'again', error: 'http_429', retry_after_ms: 7000 })
    world.incidents.open()
    await world.pass(16)
    world.channel.answer = () => ({ outcome: 'sent' })
    for (let step = 0; step < 400; step++) {
      world.clock.advance(25)
      await world.work()
    }
    const [refused, taken] = world.channel.sent
    const waited_ms = (taken?.at ?? 0) - (refused?.at ?? 0)
    assert.ok(waited_ms >= 7000 && waited_ms <= 8500, String(waited_ms))
  })

  it('gets one message a second at most', async () => {
    const world = new DeliveryWorld()
    for (let number = 0; number < 20; number++) {
      await world.store.notifications.add([
        {
          dedup_key: `report-${number}`,
          channel: 'ops',
          kind: 'test',
          incident_id: null,
          report_id: null,
          reader: null,
          created_at: world.clock.now(),
          due_at: world.clock.now(),
          expires_at: world.clock.now() + 1e8,
          group: null,
          repeat_ms: null,
        },
      ])
    }
    for (let step = 0; step < 250; step++) {
      await world.work()
      world.clock.advance(100)
    }
    const times = world.channel.sent.map(({ at }) => at)
    assert.equal(times.length, 20)
    for (const [index, at] of times.slice(1).entries()) assert.ok(at - (times[index] ?? 0) >= 1000)
  })

  it('that is dead for ten minutes leaves it to its fallback, and tells all when it is back', async () => {
    const world = new DeliveryWorld({ channels, routes: only_ops })
    const [ops, mail] = world.channels
    assert.ok(ops && mail)
    ops.answer = () => ({ outcome: 'again', error: 'slack_invalid_auth', slowly: true })
    const id = world.incidents.open()
    await world.pass(9 * MINUTE, () => {}, 5)
    assert.deepEqual(mail.titles, [])
    await world.pass(3 * MINUTE, () => {}, 5)
    assert.deepEqual(mail.titles, [`[Critical] sync_failed no ${id}`])
    ops.answer = () => ({ outcome: 'sent' })
    await world.pass(11 * MINUTE, () => {}, 5)
    assert.deepEqual(ops.titles, [`[Critical] sync_failed no ${id}`])
    world.incidents.resolve(id)
    await world.pass(5 * MINUTE, () => {}, 5)
    assert.deepEqual(mail.titles.slice(1), [`[Over] sync_failed no ${id}`])
    assert.deepEqual(ops.titles.slice(1), [`[Over] sync_failed no ${id}`])
  })

  it('that refuses a message for good is not asked again, and the next one goes', async () => {
    const world = new DeliveryWorld()
    world.channel.answer = () => ({ outcome: 'failed', error: 'smtp_550' })
    const id = world.incidents.open()
    await world.pass(MINUTE)
    assert.equal(world.channel.sent.length, 1)
    world.channel.answer = () => ({ outcome: 'sent' })
    world.incidents.resolve(id)
    const next = world.incidents.open({ rule: 'stale' })
    await world.pass(10 * MINUTE, () => {}, 5)
    assert.deepEqual(world.channel.titles, [`[Critical] stale no ${next}`])
    const [failed] = (await world.store.notifications.page({ states: ['failed'], limit: 5 })).notifications
    assert.equal(failed?.last_error, 'smtp_550')
  })

  it('that refuses one of several for good gets the others all the same', async () => {
    const world = new DeliveryWorld()
    world.channel.answer = ({ message }) =>
      JSON.stringify(message.sections).includes('volume no ')
        ? { outcome: 'failed', error: 'slack_invalid_blocks' }
        : { outcome: 'sent' }
    const refused = world.incidents.open({ rule: 'volume' })
    const rules = ['sync_failed', 'stale', 'missed'] as const
    for (const rule of rules) world.incidents.open({ rule })
    await world.pass(2 * MINUTE)
    assert.deepEqual(
      world.channel.titles,
      rules.map((rule, index) => `[Critical] ${rule} no ${refused + index + 1}`),
    )
    const { notifications } = await world.store.notifications.page({ states: ['failed'], limit: 5 })
    assert.deepEqual(
      notifications.map(({ incident_ids, last_error }) => [incident_ids, last_error]),
      [[[refused], 'slack_invalid_blocks']],
    )
    world.incidents.open({ rule: 'late' })
    world.incidents.open({ rule: 'disk' })
    await world.pass(MINUTE)
    assert.equal(world.channel.titles.at(-1), '2 problems in Canvas syncs')
  })

  it('that throws is tried again, and somebody learns of it', async () => {
    const world = new DeliveryWorld()
    let times = 0
    world.channel.answer = () => {
      if (times++ === 0) throw new Error('a mistake of ours')
      return { outcome: 'sent' }
    }
    world.incidents.open()
    await world.pass(MINUTE)
    assert.equal(world.errors.length, 1)
    assert.equal(world.channel.taken.length, 1)
  })
})

describe('who is told', () => {
  const channels = ['ops', 'teacher'].map(
    (name) => ({ name, kind: 'stdout', format: 'json', fallback: null }) as const,
  )
  const route = { repeat_ms: 0, stop: false }

  it('is said by type, user, source and owner', async () => {
    const world = new DeliveryWorld({
      channels,
      routes: [
        { ...route, match: { user_ids: ['7'] }, channels: ['teacher'], stop: true },
        { ...route, match: { owners: ['registrar'] }, channels: ['teacher'] },
        { ...route, match: {}, channels: ['ops'] },
      ],
    })
    const [ops, teacher] = world.channels
    const nobody = {
      host: null,
      source_id: null,
      sync_type: null,
      user_id: null,
      schedule: null,
      channel: null,
    }
    const of_7 = world.incidents.open({ subject: { ...nobody, user_id: '7', error_type: null } })
    const owned = world.incidents.open({ facts: { owner: 'registrar' }, rule: 'missed' })
    await world.pass(MINUTE)
    assert.deepEqual(ops?.titles, [`[Critical] missed no ${owned}`])
    assert.deepEqual(teacher?.titles, ['2 problems in Canvas syncs'])
    assert.ok(JSON.stringify(teacher.sent).includes(`"id":${of_7},`))
  })
})
