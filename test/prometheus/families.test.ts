import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { errorPhase } from '../../src/prometheus/error-phase.ts'
import { peopleFamilies, tokenState } from '../../src/prometheus/event-families.ts'
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
