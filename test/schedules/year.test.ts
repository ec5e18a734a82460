import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { liveYear } from './year-simulation.ts'
import { MINUTE_MS } from './year-of-runs.ts'

// Lived before there is a test: within one the runner follows each of the millions of promises, which takes most of the time.
const years = await Promise.all((process.env['LONG_TESTS'] === '1' ? [1, 2, 3, 4] : [1]).map(liveYear))

describe('a year of runs', () => {
  for (const { seed, store, jobs, expected, outages, errors, look_count } of years) {
    it(`has every missed run found in time and no false one (seed ${seed})`, (t) => {
      assert.equal(errors.length, outages.filter(({ database }) => database).length)
      for (const error of errors) assert.match(String(error), /The database is away/)

      const counts: Record<string, number> = {}
      for (const [index, job] of jobs.entries()) {
        const { id, times } = job.schedule
        const name = `${JSON.stringify(times)}, due`
        const runs = store.runs.get(id) ?? new Map()
        const truths = expected[index] ?? []
        const by_time = new Map(truths.map((truth) => [truth.due_at, truth]))
        const first = new Map<number, { state: string; at: number }>()
        for (const decision of store.decided) {
          if (decision.schedule_id !== id || decision.state === 'waiting') continue
          if (!first.has(decision.due_at)) first.set(decision.due_at, decision)
          const truth = by_time.get(decision.due_at)
          if (decision.state !== 'missed' || truth === undefined) continue
          assert.ok(
            ['missed', 'late'].includes(truth.state),
            `falsely missed: ${name} ${iso(decision.due_at)}`,
          )
        }
        for (const { due_at, until, state, or } of truths) {
          const found = runs.get(due_at)
          assert.ok(found, `never looked at: ${name} ${iso(due_at)}, ${state}`)
          const right = found.state === state || found.state === or
          assert.ok(right, `${found.state}, not ${state}: ${name} ${iso(due_at)}`)
          counts[found.state] = (counts[found.state] ?? 0) + 1
          if (found.state === 'started') continue
          const back = outages.find((span) => span.from < until + 5000 && span.until > until)?.until
          // What was due in a long absence is made up for in some looks.
          const deadline = back === undefined ? until + 5000 : back + 5 * MINUTE_MS
          assert.ok((first.get(due_at)?.at ?? Infinity) <= deadline, `too late: ${name} ${iso(due_at)}`)
        }
        const known = new Set(truths.map(({ due_at }) => due_at))
        const end = truths.at(-1)?.due_at ?? 0
        for (const due_at of runs.keys()) {
          assert.ok(known.has(due_at) || due_at > end, `never due: ${name} ${iso(due_at)}`)
        }
      }
      t.diagnostic(JSON.stringify({ ...counts, looks: look_count, outages: outages.length }))
      for (const [state, least] of [
        ['started', 5000],
        ['late', 50],
        ['missed', 200],
        ['unknown', 50],
      ] as const) {
        assert.ok((counts[state] ?? 0) > least, `${state}: ${counts[state]}`)
      }
    })
  }
})

const iso = (at: number): string => new Date(at).toISOString()
