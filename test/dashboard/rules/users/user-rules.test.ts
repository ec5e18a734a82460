import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import * as fc from '../../../support/fast-check.ts'
import { beatHeight, beatsText, beatText } from '../../../../dashboard/src/users/beat-rules.ts'
import { eraseCommand } from '../../../../dashboard/src/users/erase-command.ts'
import { placeAfter } from '../../../../dashboard/src/users/roving-steps.ts'
import { tokenState } from '../../../../dashboard/src/users/token-state.ts'
import { userAddress, userOfPath } from '../../../../dashboard/src/users/user-address.ts'
import { userFiltersOf, userValuesOf } from '../../../../dashboard/src/users/user-filters.ts'
import type { Beat } from '../../../../src/api/users/beats.ts'
import type { SyncErrorType } from '../../../../src/core/error-types.ts'
import type { SyncStatus } from '../../../../src/core/sync-status.ts'

const beat = (changes: Partial<Beat>): Beat => ({
  sync_id: 1,
  sync_status: 'completed',
  sync_type: 'all',
  sync_start_time: '2026-11-22T10:15:00.000Z',
  total_duration_seconds: 210,
  error_type: null,
  ...changes,
})

suite('a row of bars', () => {
  test('is summed up in words, what is well first', () => {
    assert.equal(beatsText([]), 'no runs')
    const statuses: SyncStatus[] = ['failed', 'completed', 'lost', 'completed', 'timed_out', 'in_progress']
    assert.equal(
      beatsText(statuses.map((sync_status) => ({ sync_status }))),
      '2 completed, 1 running, 1 failed, 1 lost, 1 timed out',
    )
  })

  test('names each bar by what it is, when it was and how long it took', () => {
    const zone = 'Europe/Berlin'
    assert.equal(beatText(beat({}), zone), 'Completed, 22 Nov, 11:15, took 3 min 30 s')
    assert.equal(
      beatText(beat({ sync_status: 'in_progress', total_duration_seconds: null }), zone),
      'Running, 22 Nov, 11:15',
    )
    assert.equal(
      beatText(beat({ sync_status: 'failed', error_type: 'token_expired' }), zone),
      'Failed, 22 Nov, 11:15, took 3 min 30 s, token expired',
    )
    assert.equal(
      beatText(beat({ sync_status: 'timed_out', error_type: 'timed_out' }), 'UTC'),
      'Timed out, 22 Nov, 10:15, took 3 min 30 s',
    )
  })

  test('is as high as it took long, and never without a height', () => {
    for (const [seconds, longest, height] of [
      [null, 100, 1],
      [0, 0, 1],
      [0, 100, 1],
      [12, 100, 1],
      [13, 100, 2],
      [100, 100, 8],
    ] as const) {
      assert.equal(beatHeight(beat({ total_duration_seconds: seconds }), longest), height)
    }
  })
})

test('arrow keys go as far as there is something', () => {
  const steps = { ArrowLeft: -7, ArrowDown: 1 }
  assert.equal(placeAfter('ArrowLeft', 9, 20, steps), 2)
  assert.equal(placeAfter('ArrowLeft', 6, 20, steps), null)
  assert.equal(placeAfter('ArrowDown', 19, 20, steps), null)
  assert.equal(placeAfter('ArrowUp', 3, 20, steps), null)
  assert.equal(placeAfter('toString', 3, 20, steps), null)
  assert.deepEqual([placeAfter('Home', 9, 20, steps), placeAfter('End', 9, 20, steps)], [0, 19])
})

suite('the state of a token', () => {
  const said = (
    sync_status: SyncStatus,
    hour: number,
    error_type: SyncErrorType | null = null,
    calls: readonly [number, number] = [0, 0],
  ): Parameters<typeof tokenState>[0][number] => ({
    sync_status,
    error_type,
    sync_start_time: `2026-11-22T${hour}:00:00.000Z`,
    sync_end_time: sync_status === 'in_progress' ? null : `2026-11-22T${hour}:30:00.000Z`,
    heartbeat_at: `2026-11-22T${hour}:15:00.000Z`,
    api_metrics: {
      calls_made: calls[0],
      calls_failed: calls[1],
      total_duration_ms: 0,
      rate_limit_hits: 0,
      request_cost: 0,
      rate_limit_remaining_min: null,
      throttle_wait_ms: 0,
    },
  })
  const at = (text: string): number => Date.parse(`2026-11-22T${text}:00.000Z`)

  test('is that it worked when a sync ended well or Canvas answered', () => {
    assert.deepEqual(tokenState([said('completed', 12)]), { kind: 'worked', at_ms: at('12:30') })
    assert.deepEqual(tokenState([said('partial', 12)]), { kind: 'worked', at_ms: at('12:30') })
    assert.deepEqual(tokenState([said('in_progress', 12, null, [5, 1])]), {
      kind: 'worked',
      at_ms: at('12:15'),
    })
    assert.deepEqual(tokenState([said('failed', 12, 'timeout', [5, 1]), said('completed', 11)]), {
      kind: 'worked',
      at_ms: at('12:30'),
    })
  })

  test('is that it was refused since the first sync after the last that worked', () => {
    const syncs = [
      said('lost', 15, 'lost'),
      said('failed', 14, 'token_revoked', [5, 1]),
      said('failed', 13, 'network', [3, 3]),
      said('failed', 12, 'token_expired', [1, 1]),
      said('completed', 11),
      said('failed', 10, 'token_invalid'),
    ]
    const refused = { kind: 'refused', since_ms: at('12:00'), error_type: 'token_revoked' }
    assert.deepEqual(tokenState(syncs), { ...refused, worked_ms: at('11:30') })
    assert.deepEqual(tokenState(syncs.slice(0, 4)), { ...refused, worked_ms: null })
  })

  test('is not known when no sync came so far', () => {
    assert.deepEqual(tokenState([]), { kind: 'unknown' })
    assert.deepEqual(tokenState([said('in_progress', 12), said('failed', 11, 'network', [2, 2])]), {
      kind: 'unknown',
    })
  })
})

suite('the id of a user', () => {
  test('comes back from the address of the page as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        fc.pre(id.isWellFormed())
        const { pathname, search, hash } = new URL(userAddress(id), 'http://localhost')
        assert.deepEqual([search, hash], ['', ''])
        // A browser takes these two for steps through folders, however they are written.
        if (id !== '.' && id !== '..') assert.equal(userOfPath(pathname), id)
      }),
    )
    assert.notEqual(userAddress('a/b'), userAddress('a%2Fb'))
    assert.equal(userOfPath('/users/50%'), '50%')
  })

  test('is one word of the command, whatever stands in it', () => {
    assert.equal(eraseCommand('42'), 'canvas-sync-monitor privacy erase --user 42')
    for (const id of ["it's", '"; rm -rf /', '$(id)', '-x', '--yes', 'a b\nc', '~', '!!', '*', '名前']) {
      const { stdout } = spawnSync(
        'sh',
        ['-c', eraseCommand(id).replace('canvas-sync-monitor', "printf '%s\\0'")],
        {
          encoding: 'utf8',
        },
      )
      const words = stdout.split('\0').slice(0, -1)
      const given = id.startsWith('-') ? [`--user=${id}`] : ['--user', id]
      assert.deepEqual(words, ['privacy', 'erase', ...given])
    }
  })
})

test('an address asks for what it says, and what means nothing is left out', () => {
  const values = (query: string): object => userValuesOf(userFiltersOf(new URLSearchParams(query)))
  const plain = { sort: undefined, search: undefined, failing: undefined, days: 7 }
  assert.deepEqual(values(''), plain)
  assert.deepEqual(values('sort=nonsense&days=5000&failing=no'), plain)
  assert.deepEqual(values('sort=id&days=30&failing=true&search=a%2Fb'), {
    sort: 'id',
    search: 'a/b',
    failing: true,
    days: '30',
  })
})
