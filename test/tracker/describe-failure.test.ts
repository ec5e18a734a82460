import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MonitorError } from '../../src/core/errors.ts'
import { describeFailure, type Failure } from '../../src/tracker/describe-failure.ts'

const described = (error: unknown): Failure => describeFailure(error, { keep_messages: false })
const kept = (error: unknown): Failure => describeFailure(error, { keep_messages: true })

/** An error with this stack, such as it has on another machine. */
const withStack = (message: string, ...lines: string[]): Error =>
  Object.assign(new TypeError(message), { stack: [`TypeError: ${message}`, ...lines].join('\n') })

describe('what is kept of an error of the job', () => {
  it('is its class, its system code and its place', () => {
    const failure = described(Object.assign(new TypeError('Anna has an F'), { code: 'ENOSPC' }))
    assert.equal(failure.error_type, 'job_error')
    assert.match(
      failure.message,
      /^The sync job failed with TypeError \(ENOSPC\) at .*\(describe-failure\.test\.ts:\d+:\d+\)\.$/,
    )
    assert.match(failure.next_step, /errors log/)
    assert.match(failure.stack ?? '', /^at .*describe-failure\.test\.ts/)
    assert.deepEqual(failure.details, {})
  })

  it('is the system code of a cause when it has none itself', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    assert.match(described(new Error('y', { cause })).message, /Error \(ECONNREFUSED\)/)
  })

  for (const code of ['EMMA', 'ANNA_SCHMIDT', 'anna@uni.test', 'F', '4711', 'Grade is F', 'E_SCHMIDT']) {
    it(`is not the code ${code}, which no system gave`, () => {
      assert.doesNotMatch(described(Object.assign(new Error('x'), { code })).message, new RegExp(code))
    })
  }

  for (const code of [
    'ERR_INVALID_ARG_TYPE',
    'UND_ERR_CONNECT_TIMEOUT',
    'SQLITE_BUSY',
    'ENOTFOUND',
    'EAI_AGAIN',
  ]) {
    it(`is the code ${code}`, () => {
      assert.match(described(Object.assign(new Error('x'), { code })).message, new RegExp(`\\(${code}\\)`))
    })
  }

  for (const [name, told] of [
    ['SequelizeValidationError', 'SequelizeValidationError'],
    ['QueueException', 'QueueException'],
    ['AnnaSchmidt', 'Error'],
    ['Anna Schmidt Error', 'Error'],
    ['', 'Error'],
  ] as const) {
    it(`is the class ${told} where the name is "${name}"`, () => {
      assert.match(described(Object.assign(new Error('x'), { name })).message, new RegExp(`with ${told} at `))
    })
  }

  it('is no folder of the machine, on whichever system', () => {
    const failure = described(
      withStack(
        'x',
        '    at readGrades (/home/Anna Schmidt/sync job/read.ts:12:3)',
        '    at async Job.run (file:///srv/anna/job.ts:3:1)',
        String.raw`    at C:\Users\Anna Schmidt\job.js:7:9`,
        '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
        '    at async Promise.all (index 0)',
      ),
    )
    assert.deepEqual(failure.stack?.split('\n'), [
      'at readGrades (read.ts:12:3)',
      'at async Job.run (job.ts:3:1)',
      'at job.js:7:9',
      'at process.processTicksAndRejections (task_queues:104:5)',
    ])
  })

  it('is no line of its message, even one that looks like a place', () => {
    const message = 'failed for\n    at Anna.Schmidt (grade-f.ts:1:1)\n  at Ben (x.ts:2:2)\nand others'
    const failure = described(withStack(message, '    at run (/srv/job.ts:3:1)'))
    assert.equal(failure.stack, 'at run (job.ts:3:1)')
    assert.doesNotMatch(JSON.stringify(failure), /Anna|Ben/)
    const changed = new Error(message)
    changed.message = 'The stack still has the first one.'
    for (const error of [new Error(message), changed]) {
      assert.doesNotMatch(JSON.stringify(described(error)), /Anna|Ben/)
    }
  })

  it('is no function name that is not one', () => {
    const grade_of = {
      ['grade of Anna Schmidt'](): never {
        throw new Error('x')
      },
    }
    assert.throws(grade_of['grade of Anna Schmidt'], (error) => {
      const { stack } = described(error)
      assert.doesNotMatch(stack ?? '', /Anna/)
      assert.match(stack ?? '', /^at .*describe-failure\.test\.ts/)
      return true
    })
  })

  it('is nothing of a stack that is no stack', () => {
    for (const stack of ['Anna Schmidt: F', 'Error: x\n    at Anna Schmidt', 42, null, undefined]) {
      assert.equal(described(Object.assign(new Error('x'), { stack })).stack, null)
    }
  })

  it('is eight places at most', () => {
    const lines = Array.from({ length: 50 }, (_, line) => `    at run (/srv/job.ts:${line}:1)`)
    assert.equal(described(withStack('x', ...lines)).stack?.split('\n').length, 8)
  })

  it('is a fixed sentence when it is not an error', () => {
    for (const thrown of [undefined, null, 7, { message: 'Anna' }, ['Anna'], Symbol('Anna'), () => 'Anna']) {
      assert.deepEqual(described(thrown), {
        error_type: 'job_error',
        message: 'The sync job threw something that is not an error.',
        next_step:
          "The sync job's own code failed: the stack in the errors log says where; its message is in the job's own log.",
        details: {},
        stack: null,
      })
    }
  })

  for (const field of ['message', 'name', 'stack', 'code', 'cause']) {
    it(`is still a failure when its ${field} throws`, () => {
      const error = Object.defineProperty(new Error('x'), field, {
        get() {
          throw new Error('Anna')
        },
      })
      for (const failure of [described(error), kept(error)]) {
        assert.equal(failure.error_type, 'job_error')
        assert.doesNotMatch(JSON.stringify(failure), /Anna/)
      }
    })
  }

  it('is still a failure when nothing of it can be read at all', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    assert.equal(described(proxy).error_type, 'job_error')
  })
})

describe('what is kept of the other failures', () => {
  it('is the sentence of an error of ours, with its details, redacted', () => {
    const error = new MonitorError('throttled', 'Canvas refused access_token=abcdef at once.', {
      details: { status: 429 },
      next_step: 'Wait.',
    })
    const failure = described(error)
    assert.partialDeepStrictEqual(failure, {
      error_type: 'throttled',
      next_step: 'Wait.',
      details: { status: 429 },
    })
    assert.equal(failure.message, 'Canvas refused access_token=[redacted] at once.')
  })

  for (const code of [
    'token_invalid',
    'forbidden',
    'not_found',
    'timeout',
    'canvas_error',
    'disk_full',
  ] as const) {
    it(`is no place in this program for ${code}, which says itself what to do`, () => {
      assert.equal(described(new MonitorError(code, 'x')).stack, null)
    })
  }

  for (const code of ['usage', 'internal'] as const) {
    it(`is the place for ${code}: the job's own code met it`, () => {
      assert.match(described(new MonitorError(code, 'x')).stack ?? '', /^at .*describe-failure\.test\.ts/)
    })
  }

  it('is the caller’s own sentence, without tokens and e-mail addresses', () => {
    const failure = described('No export for anna@uni.test with 7~abcdefghijklmnopqrstuvwx.')
    assert.deepEqual([failure.error_type, failure.stack], ['job_error', null])
    assert.equal(failure.message, 'No export for [redacted] with [redacted].')
    assert.equal(described('x'.repeat(5000)).message.length, 1000)
  })

  it('is a sentence even where the caller gave an empty one', () => {
    assert.equal(described('').message, 'The sync job failed.')
    assert.equal(described(' \n').message, 'The sync job failed.')
  })

  it('is a cancellation for every kind of abort', () => {
    for (const error of [
      new DOMException('x', 'AbortError'),
      Object.assign(new Error('x'), { name: 'AbortError' }),
      new MonitorError('cancelled', 'x'),
    ]) {
      assert.equal(described(error).error_type, 'cancelled')
    }
    assert.equal(described(new DOMException('x', 'TimeoutError')).error_type, 'job_error')
  })

  it('is the message too where the caller asked for it, redacted and at most 1000 characters', () => {
    const error = new RangeError('Row 7 of anna@uni.test, Bearer abcdefgh')
    assert.equal(kept(error).message, 'RangeError: Row 7 of [redacted], Bearer [redacted]')
    assert.equal(kept(new Error('x'.repeat(5000))).message.length, 1000)
    const named = Object.assign(new Error('x'), { message: { toString: () => 'Anna' } })
    assert.doesNotMatch(kept(named).message, /Anna/)
  })
})
