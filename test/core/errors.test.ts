import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CANVAS_ERROR_TYPES, ERROR_TYPE_FACTS, isSyncErrorType } from '../../src/core/error-types.ts'
import {
  isMonitorError,
  MonitorError,
  systemErrorCode,
  type ErrorCode,
  type SetupErrorCode,
} from '../../src/core/errors.ts'

const TOKEN_TYPES = ['token_invalid', 'token_expired', 'token_revoked', 'scope_missing']
const RETRYABLE_TYPES = ['throttled', 'canvas_error', 'edge_error', 'not_json', 'timeout', 'network']

describe('the error types', () => {
  const types = Object.keys(ERROR_TYPE_FACTS).filter(isSyncErrorType)

  it('are those of Canvas and the four of our own', () => {
    assert.deepEqual(types, [...CANVAS_ERROR_TYPES, 'job_error', 'storage', 'lost', 'timed_out'])
  })

  it('say each in one sentence what to do next', () => {
    for (const type of types) assert.match(ERROR_TYPE_FACTS[type].next_step, /^[A-Z].{20,}\.$/, type)
  })

  it('blame the token exactly where another token would help', () => {
    assert.deepEqual(
      types.filter((type) => ERROR_TYPE_FACTS[type].token),
      TOKEN_TYPES,
    )
  })

  it('let exactly those be tried again that may pass by themselves', () => {
    assert.deepEqual(
      types.filter((type) => ERROR_TYPE_FACTS[type].retryable),
      RETRYABLE_TYPES,
    )
  })

  it('know no name that every object has', () => {
    for (const name of ['constructor', 'toString', '__proto__', ''])
      assert.equal(isSyncErrorType(name), false)
  })
})

describe('a monitor error', () => {
  it('has the next step and the retryable flag of its type unless it brings its own', () => {
    const plain = new MonitorError('throttled', 'Slow down.')
    assert.equal(plain.next_step, ERROR_TYPE_FACTS.throttled.next_step)
    assert.equal(plain.retryable, true)
    const own = new MonitorError('throttled', 'Slow down.', { next_step: 'Wait.', retryable: false })
    assert.deepEqual([own.next_step, own.retryable], ['Wait.', false])
    const setup = new MonitorError('usage', 'No such flag.')
    assert.deepEqual([setup.next_step, setup.retryable, setup.details], ['', false, {}])
  })

  it('keeps the cause that it was given, and has none otherwise', () => {
    const cause = new Error('below')
    assert.equal(new MonitorError('storage', 'No.', { cause }).cause, cause)
    assert.equal('cause' in new MonitorError('storage', 'No.'), false)
  })

  it('is told from other errors', () => {
    assert.equal(isMonitorError(new MonitorError('usage', 'No.')), true)
    for (const other of [new Error('No.'), null, undefined, { code: 'usage' }, 'usage']) {
      assert.equal(isMonitorError(other), false)
    }
  })

  const exits: readonly [code: ErrorCode, exit_code: number][] = [
    ['cancelled', 130],
    ['token_invalid', 4],
    ['token_expired', 4],
    ['token_revoked', 4],
    ['scope_missing', 4],
    ['usage', 2],
    ['config_invalid', 2],
    ['insecure_url', 2],
    ['token_missing', 2],
    ['address_refused', 2],
    ['forbidden', 1],
    ['network', 1],
    ['job_error', 1],
    ['port_in_use', 1],
    ['database_busy', 1],
    ['internal', 1],
  ]
  for (const [code, exit_code] of exits) {
    it(`ends a command with ${exit_code} when its code is ${code}`, () => {
      assert.equal(new MonitorError(code, 'No.').exit_code, exit_code)
    })
  }

  const setup_types: readonly [code: SetupErrorCode, error_type: string][] = [
    ['disk_full', 'storage'],
    ['database_busy', 'storage'],
    ['database_corrupt', 'storage'],
    ['database_newer', 'storage'],
    ['usage', 'job_error'],
    ['closed', 'job_error'],
    ['internal', 'job_error'],
  ]
  it('gives a sync its code as error type, and what is no error type a fitting one', () => {
    for (const type of Object.keys(ERROR_TYPE_FACTS).filter(isSyncErrorType)) {
      assert.equal(new MonitorError(type, 'No.').error_type, type)
    }
    for (const [code, type] of setup_types) assert.equal(new MonitorError(code, 'No.').error_type, type)
  })
})

describe('the system code of an error', () => {
  const coded = (code: unknown, cause?: unknown): Error => Object.assign(new Error('x', { cause }), { code })

  it('is its own, or that of the nearest cause that has one', () => {
    assert.equal(systemErrorCode(coded('ENOSPC')), 'ENOSPC')
    assert.equal(systemErrorCode(new Error('x', { cause: coded('EIO') })), 'EIO')
    assert.equal(systemErrorCode(coded('EACCES', coded('EIO'))), 'EACCES')
    assert.equal(systemErrorCode(coded(7, coded('EIO'))), 'EIO')
  })

  it('is undefined when there is none', () => {
    for (const value of [new Error('x'), null, undefined, 'ENOSPC', { code: 'ENOSPC' }]) {
      assert.equal(systemErrorCode(value), undefined)
    }
  })

  it('is looked for even where causes go round in a circle', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    assert.equal(systemErrorCode(first), undefined)
  })
})
