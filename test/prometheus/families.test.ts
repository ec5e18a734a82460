import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { errorPhase } from '../../src/prometheus/error-phase.ts'
import { peopleFamilies, tokenState } from '../../src/prometheus/event-families.ts'
import { queueFamilies, type SourceFigures } from '../../src/prometheus/queue-families.ts'
import type { OpenIncidents } from '../../src/store/counters.ts'

describe('what Prometheus is told of tokens and errors', () => {
  it('says of each incident about a token what became of the token', () => {
    const table = [
      ['token_expiring', null, 'expiring'],
      ['token_invalid', 'token_expired', 'expired'],
      ['token_invalid', 'token_revoked', 'revoked'],
      ['token_invalid', 'token_invalid', 'invalid'],
      ['token_invalid', null, 'invalid'],
      ['sync_failed', 'token_expired', null],
    ] as const
    for (const [rule, error_type, state] of table) assert.equal(tokenState({ rule, error_type }), state)
    assert.ok(
      INCIDENT_RULES.every(
        (rule) => rule.startsWith('token_') || tokenState({ rule, error_type: null }) === null,
      ),
    )
  })

  it('says where an error happened, also one of another program', () => {
    const table = {
      network: 'extract',
      storage: 'load',
      job_error: 'transform',
      lost: 'run',
      strange: 'transform',
      toString: 'transform',
    }
    for (const [type, phase] of Object.entries(table)) assert.equal(errorPhase(type), phase)
  })

  it('calls every token valid of which nothing is open, and never fewer than none', () => {
    const open = (
      rule: OpenIncidents['rule'],
      error_type: string | null,
      incidents: number,
    ): OpenIncidents => ({
      rule,
      severity: 'critical',
      state: 'open',
      error_type,
      incidents,
    })
    const tokens = (sources: number, incidents: readonly OpenIncidents[]): Record<string, number> => {
      const families = peopleFamilies({ stale_users: 0, sources }, incidents, '24h')
      const samples = families.find(({ name }) => name === 'canvas_sync_tokens')?.samples ?? []
      return Object.fromEntries(samples.map(({ labels, value }) => [labels['state'], value]))
    }
    const none = { valid: 0, expiring: 0, expired: 0, revoked: 0, invalid: 0 }
    assert.deepEqual(tokens(3, []), { ...none, valid: 3 })
    const incidents = [
      open('token_invalid', 'token_expired', 2),
      open('token_expiring', null, 1),
      open('sync_failed', 'token_expired', 5),
    ]
    assert.deepEqual(tokens(9, incidents), { ...none, valid: 6, expiring: 1, expired: 2 })
    assert.deepEqual(tokens(1, incidents), { ...none, expiring: 1, expired: 2 })
  })
})

describe('what Prometheus is told of the queue', () => {
  const of = (source: string, figures: Partial<SourceFigures> = {}): SourceFigures => ({
    source,
    queued: 1,
    running: 0,
    oldest_waiting_ms: 1500,
    workers: 2,
    ...figures,
  })
  const told = (sources: readonly SourceFigures[]): Map<string, number> =>
    new Map(
      queueFamilies({ sources, workers: [] }).flatMap(({ name, samples }) =>
        samples.map(({ labels, value }) => [
          [name.replace('canvas_sync_queue_', ''), ...Object.values(labels)].join(' '),
          value,
        ]),
      ),
    )

  it('gives no wait where none waits that may run, and tells of a source that nobody has', () => {
    const series = told([of('law', { queued: 3, oldest_waiting_ms: null, workers: 0 })])
    assert.deepEqual(Object.fromEntries(series), {
      'jobs law queued': 3,
      'jobs law running': 0,
      'source_workers law': 0,
      'workers working': 0,
      'workers draining': 0,
      'workers silent': 0,
    })
  })

  it('gives 200 sources a label, and the rest one that is as badly off as the worst of them', () => {
    const many = Array.from({ length: 203 }, (_, number) => of(`source-${1000 + number}`))
    const exactly = told(many.slice(0, 200))
    assert.equal(exactly.get('jobs source-1199 queued'), 1)
    assert.ok(![...exactly.keys()].some((series) => series.includes(' other')))
    many[201] = of('source-1201', { queued: 4, running: 1, oldest_waiting_ms: 9000, workers: 0 })
    // A source that is called so has its label already.
    many[5] = of('other', { queued: 10, workers: 7 })
    const series = told(many)
    assert.equal([...series.keys()].filter((key) => key.startsWith('source_workers ')).length, 200)
    assert.ok(!series.has('jobs source-1200 queued'))
    assert.equal(series.get('jobs other queued'), 16)
    assert.equal(series.get('jobs other running'), 1)
    assert.equal(series.get('oldest_wait_seconds other'), 9)
    assert.equal(series.get('source_workers other'), 0)
    assert.equal(series.get('source_workers source-1000'), 2)
  })
})
