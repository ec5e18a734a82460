import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCanvasClient } from '../../src/canvas/client.ts'
import type { Clock } from '../../src/core/clock.ts'
import { RunningJob } from '../../src/queue/running-job.ts'
import { startSimulator } from '../../src/simulator/index.ts'
import type { TakenJob } from '../../src/store/queue.ts'
import { newJob } from './queued-sync-factory.ts'

const LEASE_MS = 40_000

/** A job that was taken at 0, and clocks that are set by hand. */
function place(lease_ms?: number): { job: RunningJob; set: (monotonic: number, wall?: number) => void } {
  let [monotonic, wall] = [0, 0]
  const clock: Clock = {
    monotonic: () => monotonic,
    now: () => wall,
    sleep: () => Promise.resolve(),
    every: () => () => {},
  }
  const made = newJob('science')
  const held = { state: 'running', created_at: 0, taken_at: 0, ended_at: null, result: null } as const
  const own = lease_ms === undefined ? {} : { lease_ms }
  const taken: TakenJob = { job_id: made.id, token: 1, job: { ...made, ...held }, ...own }
  return {
    job: new RunningJob(taken, clock, LEASE_MS, { monotonic: 0, wall: 0 }),
    set: (at, at_wall = at) => {
      monotonic = at
      wall = at_wall
    },
  }
}

describe('a job that a worker holds', () => {
  it('goes on for three quarters of its lease, then stops for good', () => {
    const { job, set } = place()
    set(29_999)
    assert.equal(job.mayGoOn(), true)
    assert.equal(job.signal.aborted, false)
    set(30_000)
    assert.equal(job.mayGoOn(), false)
    assert.equal(job.signal.aborted, true)
    assert.equal(job.stop_reason, 'lease_lost')
    set(0)
    assert.equal(job.mayGoOn(), false)
  })

  it('counts by the lease that the job was added with when that is the shorter one', () => {
    const [shorter, longer] = [place(20_000), place(60_000)]
    shorter.set(15_000)
    assert.equal(shorter.job.mayGoOn(), false)
    longer.set(30_000)
    assert.equal(longer.job.mayGoOn(), false)
  })

  it('counts from when the renewal was asked for', () => {
    const { job, set } = place()
    set(29_000)
    job.lease.renew({ monotonic: 20_000, wall: 20_000 })
    set(49_999)
    assert.equal(job.mayGoOn(), true)
    set(50_000)
    assert.equal(job.mayGoOn(), false)
  })

  it('knows from the wall clock that its machine slept', () => {
    const { job, set } = place()
    set(10, 3_600_000)
    assert.equal(job.mayGoOn(), false)
  })

  it('keeps the first reason to stop, unless its hold is lost', () => {
    const { job } = place()
    job.stop('cancel')
    job.stop('hand_back')
    assert.equal(job.stop_reason, 'cancel')
    assert.equal(job.mayGoOn(), true)
    job.stop('lease_lost')
    assert.equal(job.stop_reason, 'lease_lost')
  })

  it('asks Canvas for nothing when its lease is over, also before anybody has told it', async () => {
    await using simulator = await startSimulator({ throttle: false })
    const { job, set } = place()
    const options = { base_url: simulator.base_url, token: simulator.tokens.teacher }
    const client = createCanvasClient({ ...options, may_send: job.mayGoOn })
    try {
      await client.self()
      assert.equal(simulator.stats.requests_total, 1)
      set(LEASE_MS)
      await assert.rejects(client.self(), { code: 'cancelled' })
      assert.equal(simulator.stats.requests_total, 1)
    } finally {
      await client.close()
    }
  })
})
