import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { incidentWords } from '../../src/core/incident-words.ts'
import type { Store } from '../../src/store/store.ts'
import type { ListingScope } from '../../src/store/synced-data-store.ts'
import { incidentWorld } from './support/incident-world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

describe('the watch of incidents', () => {
  it('opens one for a user whose syncs fail twice in a row, counts on, and ends it with the next good one', async () => {
    const { watch, ended, told, open, clock, store } = incidentWorld()
    await ended()
    const good_at = clock.now()
    await watch.look()
    clock.advance(MINUTE_MS)
    await ended({ status: 'failed' })
    await watch.look()
    assert.deepEqual(await told(), [])
    clock.advance(MINUTE_MS)
    const last = await ended({ status: 'failed' })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 2'])
    const [incident] = await open()
    assert.equal(incident?.last_good_at, good_at)
    assert.equal(incident.last_sync_id, last)
    assert.equal(incident.began_at, good_at + MINUTE_MS - 1000)
    assert.equal(incident.user_count, 1)
    assert.equal(incident.subject.user_id, '42')
    clock.advance(MINUTE_MS)
    await ended({ status: 'failed' })
    await watch.look()
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 3'])
    await ended()
    await watch.look()
    assert.deepEqual(await told(), [])
    assert.equal((await store.incidents.find(incident.id))?.incident.state, 'resolved')
  })

  it("opens one for a job of one's own that reads nothing all at once, in words that need no Canvas", async () => {
    const { watch, ended, told, open, clock } = incidentWorld()
    const counters = { grades_processed: 31 }
    for (let run = 0; run < 3; run++) {
      await ended({ sync_type: 'grades', counters })
      clock.advance(MINUTE_MS)
    }
    await ended({ sync_type: 'grades' })
    await watch.look()
    assert.deepEqual(await told(), ['unexpected_empty open 1'])
    const [incident] = await open()
    assert.ok(incident !== undefined)
    const { title, whose, cause, next_step } = incidentWords(incident, String)
    assert.deepEqual(
      [title, whose, cause],
      ['Syncs of grades came back empty', 'User 42', 'Nothing was read where there was something before.'],
    )
    assert.match(next_step, /mayBeEmpty/)
    clock.advance(MINUTE_MS)
    await ended({ sync_type: 'grades', counters })
    await watch.look()
    assert.deepEqual(await told(), [])
  })

  it('makes one incident of 1,000 failures of 50 users, with little work', async () => {
    const { watch, ended, told, open, clock, changes } = incidentWorld()
    for (let user = 0; user < 50; user++) await ended({ user_id: `user-${user}` })
    await watch.look()
    const looks: number[] = []
    for (let failed = 0; failed < 1000; failed += 100) {
      clock.advance(5000)
      await Promise.all(
        Array.from({ length: 100 }, (_, number) => {
          const message = `The table ${failed + number} is gone.`
          return ended({ user_id: `user-${number % 50}`, status: 'failed', message })
        }),
      )
      const started = process.cpuUsage()
      await watch.look()
      // The work itself: other programs on the machine do not count.
      const { user, system } = process.cpuUsage(started)
      looks.push((user + system) / 1000)
    }
    assert.deepEqual(await told(), ['sync_failed open 1000'])
    assert.equal((await open())[0]?.user_count, 50)
    assert.deepEqual(
      changes.map(({ change }) => change),
      ['opened'],
    )
    looks.sort((a, b) => a - b)
    // Measured: a median of 25 ms. What is far beyond means that it reads what it need not.
    assert.ok((looks[Math.floor(looks.length / 2)] ?? 0) < 150, `looks took ${looks.join(', ')} ms`)
  })

  it('needs one failure each where several users meet the same at the same time', async () => {
    const { watch, ended, told, clock } = incidentWorld()
    const failing = { status: 'failed', message: 'No table.' } as const
    await ended({ user_id: 'a', ...failing })
    await watch.look()
    await ended({ user_id: 'b', ...failing })
    await watch.look()
    assert.deepEqual(await told(), [])
    await ended({ user_id: 'c', ...failing })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 3'])
    for (const user_id of ['a', 'b', 'c']) await ended({ user_id })
    await watch.look()
    assert.deepEqual(await told(), [])
    clock.advance(2 * HOUR_MS)
    for (const user_id of ['a', 'b', 'c']) {
      await ended({
        user_id,
        status: 'failed',
        message: `Another for ${'xyz'.repeat(user_id.charCodeAt(0) - 96)}`,
      })
    }
    await watch.look()
    assert.deepEqual(await told(), [], 'each has another reason')
  })

  it('takes a Canvas that is away for the cause of what fails meanwhile', async () => {
    const { watch, ended, told, open, clock, source } = incidentWorld()
    const source_id = await source('https://canvas.test', '7')
    const elsewhere = await source('https://other.test', '7')
    for (const user_id of ['a', 'b']) await ended({ user_id, source_id })
    await ended({ user_id: 'c', source_id: elsewhere })
    await watch.look()
    clock.advance(MINUTE_MS)
    // Whoever cannot reach Canvas has no source.
    const away = { status: 'failed', error_type: 'network', message: 'No answer.' } as const
    await ended({ user_id: 'a', ...away })
    await watch.look()
    assert.deepEqual(await told(), [])
    await ended({ user_id: 'b', ...away })
    await watch.look()
    assert.deepEqual(await told(), ['canvas_unreachable open 2'])
    clock.advance(MINUTE_MS)
    await ended({ user_id: 'a', ...away })
    await ended({ user_id: 'b', ...away })
    await watch.look()
    assert.deepEqual(await told(), ['canvas_unreachable open 4', 'sync_failed suppressed 4'])
    const [parent, child] = await open()
    assert.equal(parent?.subject.host, 'canvas.test')
    assert.deepEqual([parent.user_count, child?.user_count], [2, 2])
    assert.equal(child?.parent_id, parent.id)
    await ended({ user_id: 'a', source_id })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed suppressed 4'], 'b has not been heard of')
    await ended({ user_id: 'b', source_id })
    await watch.look()
    assert.deepEqual(await told(), [])
  })

  it('releases what still fails when Canvas is back', async () => {
    const { watch, ended, told, clock, source } = incidentWorld()
    const source_id = await source('https://canvas.test', '7')
    const away = { status: 'failed', error_type: 'timeout', message: 'Too slow.', source_id } as const
    for (const user_id of ['a', 'b', 'a', 'b']) await ended({ user_id, ...away })
    await watch.look()
    assert.deepEqual(await told(), ['canvas_unreachable open 4', 'sync_failed suppressed 4'])
    clock.advance(MINUTE_MS)
    await ended({ user_id: 'a', source_id })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed suppressed 4'])
    clock.advance(11 * MINUTE_MS)
    await ended({ user_id: 'b', ...away })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 5'])
  })

  it('names a dead token once, for its user, whatever else it breaks', async () => {
    const { watch, ended, told, open, source } = incidentWorld()
    const source_id = await source('https://canvas.test', '7')
    const dead = { status: 'failed', error_type: 'token_expired', message: 'It expired.', source_id } as const
    for (const sync_type of ['all', 'grades', 'all', 'grades']) await ended({ sync_type, ...dead })
    await watch.look()
    assert.deepEqual(await told(), ['token_invalid open 4', 'sync_failed suppressed 4'])
    const [token] = await open()
    assert.partialDeepStrictEqual(token?.subject, { user_id: '42', host: 'canvas.test', sync_type: null })
  })

  it('loses nothing and counts nothing twice when it is killed between reading and settling', async () => {
    const world = incidentWorld()
    const { watch, ended, told, store, clock } = world
    await ended()
    await watch.look()
    await ended({ status: 'failed' })
    await ended({ status: 'failed' })
    let killed = true
    const incidents = new Proxy(store.incidents, {
      get: (target, name) => {
        if (name === 'settle' && killed) return () => Promise.reject(new Error('killed'))
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    const broken = world.another({
      store: Object.create(store, { incidents: { value: incidents } }) as Store,
    })
    await broken.look()
    assert.ok(world.errors.length > 0)
    assert.deepEqual(await told(), [])
    killed = false
    clock.advance(5000)
    await Promise.all([broken.look(), watch.look(), world.another().look()])
    assert.deepEqual(await told(), ['sync_failed open 2'])
    await Promise.all([broken.look(), world.another().look()])
    assert.deepEqual(await told(), ['sync_failed open 2'])
  })

  it('counts a sync once that ends while it looks, the first time too', async () => {
    const world = incidentWorld()
    const { store, ended, told, clock } = world
    let ends_meanwhile = 0
    const histories = new Proxy(store.histories, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>
        if (name !== 'ofSubjects') return value.bind(target)
        return async (...given: unknown[]) => {
          if (ends_meanwhile-- > 0) await ended({ status: 'failed' })
          return await value.apply(target, given)
        }
      },
    })
    const watch = world.another({
      store: Object.create(store, { histories: { value: histories } }) as Store,
    })
    for (const expected of [3, 6]) {
      await ended({ status: 'failed' })
      await ended({ status: 'failed' })
      ends_meanwhile = 1
      await watch.look()
      clock.advance(5000)
      await watch.look()
      assert.deepEqual(await told(), [`sync_failed open ${expected}`])
    }
    assert.deepEqual(world.errors, [])
  })

  it('judges what is in a database that was never watched, and what it missed while changes were pruned', async () => {
    const { watch, ended, told, store, clock } = incidentWorld()
    await ended({ user_id: 'a', status: 'failed' })
    await ended({ user_id: 'a', status: 'failed' })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 2'])
    clock.advance(HOUR_MS)
    await ended({ user_id: 'a' })
    await ended({ user_id: 'b', status: 'failed', message: 'Else.' })
    await ended({ user_id: 'b', status: 'failed', message: 'Else.' })
    await store.changes.prune({ before: Number.MAX_SAFE_INTEGER, keep: 0, limit: 10_000 })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 2'])
    assert.equal((await store.incidents.listOpen())[0]?.subject.user_id, 'b')
  })

  it('takes back a lost sync that ends after all', async () => {
    const { watch, ended, told, store, clock } = incidentWorld()
    await ended()
    const id = await ended({ status: 'lost' })
    await watch.look()
    assert.deepEqual(await told(), ['sync_lost open 1'])
    const { syncFinish } = await import('../support/sync-factory.ts')
    await store.syncs.finishSync(id, syncFinish({ finished_at: clock.now() }))
    await watch.look()
    assert.deepEqual(await told(), [])
  })

  it('tells of tokens that expire, from the configuration and from what jobs say', async () => {
    const start = Date.parse('2026-11-22T10:15:00Z')
    const { watch, ended, open, clock, changes } = incidentWorld({ tokens: { written: start + 10 * DAY_MS } })
    const token_expires_at = new Date(start + 6.5 * DAY_MS).toISOString()
    await ended({ user_id: 'says', metadata: { token_expires_at } })
    await watch.look()
    const tokens = (await open()).map(({ subject, severity, facts }) => [
      subject.user_id,
      severity,
      facts['days_left'],
    ])
    assert.deepEqual(
      tokens.toSorted((a, b) => String(a).localeCompare(String(b))),
      [
        ['says', 'warning', 6],
        ['written', 'info', 10],
      ],
    )
    clock.advance(4 * DAY_MS)
    await watch.look()
    assert.deepEqual(
      changes.map(({ change, severity }) => `${change} ${severity}`),
      ['opened warning', 'opened info', 'worsened warning'],
    )
    await ended({ user_id: 'says', metadata: { token_expires_at: '2027-11-22' } })
    await watch.look()
    assert.deepEqual(
      (await open()).map(({ subject }) => subject.user_id),
      ['written'],
    )
  })

  it('no longer expects what was taken out of the configuration, and lets it stand over what jobs say', async () => {
    const start = Date.parse('2026-11-22T10:15:00Z')
    const tokens: Record<string, number> = { gone: start + DAY_MS / 2, both: start + 3 * DAY_MS }
    const { watch, ended, open, clock } = incidentWorld({ tokens })
    const users = async (): Promise<string[]> =>
      (await open()).map(({ rule, subject }) => `${rule} ${subject.user_id}`).toSorted()
    await watch.look()
    assert.deepEqual(await users(), ['token_expiring both', 'token_expiring gone'])
    delete tokens['gone']
    delete tokens['both']
    await ended({ user_id: 'both', metadata: { token_expires_at: '2026-11-24' } })
    clock.advance(MINUTE_MS)
    await watch.look()
    assert.deepEqual(await users(), ['token_expiring both'])
    tokens['both'] = start + 300 * DAY_MS
    clock.advance(MINUTE_MS)
    await watch.look()
    assert.deepEqual(await users(), [])
  })

  it('gives up what nothing was heard of for two weeks, and opens it anew when it fails again', async () => {
    const { watch, ended, told, clock, store, changes } = incidentWorld()
    const failing = { sync_type: 'nobody runs it any more', status: 'failed' } as const
    await ended(failing)
    await ended(failing)
    for (const user_id of ['a', 'b']) {
      await ended({ user_id, status: 'lost' })
    }
    await watch.look()
    assert.deepEqual((await told()).toSorted(), ['sync_failed open 2', 'sync_lost open 2'])
    clock.advance(13 * DAY_MS)
    await ended({ user_id: 'b', status: 'lost' })
    await watch.look()
    clock.advance(2 * DAY_MS)
    await watch.look()
    assert.deepEqual(await told(), ['sync_lost open 3'], 'of b something was heard')
    const over = changes.findLast(({ change }) => change === 'resolved')
    assert.equal(over?.reason, 'Nothing was heard of it for 14 days.')
    assert.equal((await store.incidents.find(over.incident_id))?.incident.facts['silent_days'], 14)
    clock.advance(13 * DAY_MS)
    await watch.look()
    assert.deepEqual(await told(), [])
    await ended(failing)
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 3'])
  })

  it('does not open and close what comes and goes, of a user or of a whole Canvas', async () => {
    const { watch, ended, told, clock, changes, source } = incidentWorld()
    const source_id = await source('https://canvas.test', '7')
    const away = { status: 'failed', error_type: 'network', message: 'No answer.' } as const
    for (let round = 0; round < 14; round++) {
      clock.advance(MINUTE_MS)
      await ended({ user_id: 'x', ...(round % 2 === 0 ? { status: 'failed' } : {}), source_id })
      await watch.look()
      for (const user_id of ['a', 'b', 'c']) {
        await ended({ user_id, source_id, ...(round % 2 === 0 ? away : {}) })
        await watch.look()
      }
    }
    const news = new Set(['opened', 'reopened', 'released', 'worsened'])
    const told_as_new = changes.filter(({ change }) => news.has(change))
    const incidents = new Set(told_as_new.map(({ incident_id }) => incident_id))
    assert.ok(
      told_as_new.length <= incidents.size + 1,
      changes.map(({ incident_id, change }) => `${incident_id} ${change}`).join(', '),
    )
    assert.ok((await told()).length > 0)
  })

  it('finds sources whose data is old, once for each host, and no longer when they are read again', async () => {
    const { watch, told, clock, store, source } = incidentWorld()
    const scopes: ListingScope[] = []
    for (const owner of ['1', '2']) {
      const source_id = await source('https://canvas.test', owner)
      const scope = { source_id, entity: 'assignments', listed_by: '5' } as const
      scopes.push(scope)
    }
    const readAll = async (): Promise<void> => {
      for (const scope of scopes) {
        const listing = await store.data.beginListing(scope, clock.now())
        await store.data.completeListing(listing, { read_through_at: clock.now(), deletions: 'brake' })
      }
    }
    await readAll()
    await watch.look()
    clock.advance(DAY_MS - MINUTE_MS)
    await watch.look()
    assert.deepEqual(await told(), [])
    clock.advance(2 * MINUTE_MS)
    await watch.look()
    assert.deepEqual(await told(), ['stale open 2'])
    await readAll()
    clock.advance(MINUTE_MS)
    await watch.look()
    assert.deepEqual(await told(), [])
  })

  it('follows the rules of the configuration, by type and outside of terms', async () => {
    const strict = { sync_failed: { in_a_row: 1 } }
    const { watch, ended, told, clock } = incidentWorld({
      rules: {
        rules: { sync_partial: { enabled: false } },
        by_type: { grades: strict },
        outside_terms: { sync_failed: { enabled: false } },
      },
      calendar: {
        quiet_hours: [],
        terms: [{ name: 'Autumn', starts: '2026-09-14', ends: '2026-11-22' }],
        time_zone: 'UTC',
      },
    })
    await ended({ status: 'partial', error_type: 'forbidden' })
    await ended({ status: 'partial', error_type: 'forbidden' })
    await ended({ status: 'failed' })
    await ended({ status: 'failed', sync_type: 'grades' })
    await watch.look()
    assert.deepEqual(await told(), ['sync_failed open 1'])
    clock.advance(DAY_MS)
    await ended({ status: 'failed', sync_type: 'grades' })
    await watch.look()
    assert.deepEqual(await told(), [], 'a rule that is off ends what it had opened')
  })

  it('tells the state of disks, channels and nightly jobs', async () => {
    let free_bytes = 1e9
    let failing_since: number | null = 0
    const { watch, told, clock, open } = incidentWorld({
      machine: {
        name: 'machine-1',
        disks: () => Promise.resolve([{ holds: 'logs', free_bytes, total_bytes: 1e12 }]),
        nightlyJobs: (now) => Promise.resolve([{ job: 'prune', machine: null, done_at: now - 40 * HOUR_MS }]),
      },
      channels: () =>
        Promise.resolve([
          {
            channel: 'slack',
            failing_since,
            failures: 9,
            waiting: 4,
            last_ok_at: null,
            last_error: 'http_500',
          },
        ]),
    })
    await watch.look()
    assert.deepEqual((await told()).toSorted(), [
      'cleanup_overdue open 1',
      'disk open 1',
      'notification_failing open 9',
    ])
    assert.equal((await open()).find(({ rule }) => rule === 'disk')?.severity, 'critical')
    free_bytes = 5e11
    failing_since = null
    clock.advance(MINUTE_MS)
    await watch.look()
    assert.deepEqual(await told(), ['cleanup_overdue open 1'])
  })
})
