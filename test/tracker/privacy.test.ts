import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { anyCourse, withSimulator } from '../support/simulator-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
let monitors = 0

/** Runs `work` with a monitor of its own and returns every byte that it left on the disk. */
async function leftBehind(
  work: (monitor: Monitor) => Promise<void>,
  options: { keepErrorMessages?: boolean } = {},
): Promise<string> {
  const home = join(directory, String(++monitors))
  const monitor = await createMonitor({
    database: `sqlite:${join(home, 'canvas-sync.db')}`,
    logDir: join(home, 'logs'),
    ...options,
  })
  await work(monitor)
  const health = inspect(await monitor.health(), { depth: 5 })
  await monitor.logs.flush()
  // Before the database is closed its write-ahead log is there, too.
  const before = bytesBelow(home)
  await monitor.close()
  return health + before + bytesBelow(home)
}

function bytesBelow(folder: string): string {
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
      .join('\n')
      // Letters by chance, in which any short word may be.
      .replaceAll(/"writer":"[\w-]+"/g, '')
  )
}

const plant = (fields: object, message = 'x'): Error => Object.assign(new Error(message), fields)
const letters = 'abcdefghijklmnopqrstuvwxyz'

/** What a job may throw, with a secret that no rule can tell from an ordinary word. */
const CANARIES: readonly ((secret: string) => unknown)[] = [
  (secret) => new Error(secret),
  (secret) => new TypeError(`line one\n${secret}\n    at ${secret} (x.ts:1:1)`),
  (secret) => plant({ name: secret }),
  (secret) => plant({ name: `${secret}: grade F` }),
  (secret) => plant({ stack: secret }),
  (secret) => plant({ stack: `Error: x\n    at ${secret}\n    at run (/srv/job.ts:1:1)` }),
  (secret) => plant({ stack: `Error: x\n    at run (/home/${secret}/my job/job.ts:1:1)` }),
  (secret) => new Error('x', { cause: new Error(secret) }),
  (secret) => new Error('x', { cause: secret }),
  (secret) => new Error('x', { cause: plant({ code: secret }) }),
  (secret) => plant({ code: secret }),
  (secret) => plant({ code: secret.toUpperCase() }),
  (secret) => plant({ student: secret, grade: secret, details: { endpoint: secret, request_id: secret } }),
  (secret) => new AggregateError([new Error(secret), secret], secret),
  (secret) => plant({ config: { headers: { authorization: `Bearer ${secret}` }, url: `/x?name=${secret}` } }),
  (secret) => plant({ response: { data: Buffer.from(secret), rows: new Map([[secret, secret]]) } }),
  (secret) => plant({ toString: () => secret, toJSON: () => secret, [inspect.custom]: () => secret }),
  (secret) => Object.defineProperty(new Error('x'), 'message', { get: () => secret }),
  (secret) => ({ message: secret, name: secret, stack: secret }),
  (secret) => [secret],
  (secret) => Symbol(secret),
  (secret) => new DOMException(secret, 'DataCloneError'),
  (secret) => new DOMException(secret, 'AbortError'),
  (secret) => plant({ code: 'ENOENT', path: `/data/${secret}.csv` }, `ENOENT: open '/data/${secret}.csv'`),
  (secret) =>
    plant({ errno: secret, syscall: secret, error_type: secret, next_step: secret, origin: secret }),
  (secret) => plant({ sql: `update grades set grade = '${secret}'`, parameters: [secret] }),
]

describe('what a job throws', () => {
  it(`leaves none of ${CANARIES.length} secrets in log lines, columns or health`, async () => {
    const secrets = CANARIES.map((_, index) => `Canary${letters[index] ?? ''}schmidt`)
    const left = await leftBehind(async (monitor) => {
      for (const [index, throwable] of CANARIES.entries()) {
        const thrown = throwable(secrets[index] ?? '')
        await monitor
          .track({ taskId: `canary ${index}` }, () => Promise.reject(thrown))
          .catch(() => undefined)
        await monitor
          .track({ taskId: `course ${index}` }, async (sync) => {
            await sync.course(index, () => Promise.reject(thrown))
          })
          .catch(() => undefined)
      }
    })
    assert.match(left, /canary 25/, 'the rows are there')
    assert.match(left, /course_failed/, 'the lines are there')
    const found = secrets.filter((secret) => left.toLowerCase().includes(secret.toLowerCase()))
    assert.deepEqual(found, [])
  })

  it('leaves its message where that is asked for, but no token, address or credential in it', async () => {
    const left = await leftBehind(
      async (monitor) => {
        const error = new Error(
          'Row 17 is bad: anna@uni.test, 7~abcdefghijklmnopqrstuvwx, https://anna:word@uni.test/x?name=Anna',
        )
        await assert.rejects(monitor.track({}, () => Promise.reject(error)))
      },
      { keepErrorMessages: true },
    )
    assert.match(left, /Row 17 is bad/)
    assert.doesNotMatch(left, /anna|abcdefghijk|word/i)
  })
})

describe('what a job says in words of its own', () => {
  it('leaves no token and no e-mail address in log lines or columns', async () => {
    const token = '7~abcdefghijklmnopqrstuvwx'
    const words = `Kept words for anna@uni.test with ${token}.`
    const left = await leftBehind(async (monitor) => {
      const sync = await monitor.startSync({ metadata: { start: words, access_token: 'plainsecret' } })
      sync.progress({ percent: 1, current: words })
      sync.addMetadata({ note: words, deep: { list: [words] }, [words]: 1 })
      sync.recordProblem({ error_type: 'contract', message: words })
      sync.recordEvent('noted', { reason: words }, words)
      sync.recordApiCall({
        endpoint: `/api/v1/x?access_token=${token}`,
        status: 500,
        durationMs: 1,
        requestId: words,
      })
      await sync.course('1', async (course) => {
        course.setOutcome('skipped', words)
      })
      await sync.course('2', () => Promise.reject(words))
      await sync.completeSuccess()
      await (await monitor.startSync()).cancel(words)
      await (await monitor.startSync()).completeFailure(words)
    })
    assert.equal((left.match(/Kept words/g) ?? []).length > 10, true)
    assert.doesNotMatch(left, /anna@|abcdefghijk|plainsecret/)
  })
})

interface Enrollment {
  readonly user: { readonly name: string; readonly sortable_name: string }
}

describe('a Canvas client of a sync', () => {
  it('leaves neither its token nor any name, e-mail address or grade that Canvas sent', async () => {
    await withSimulator({ size: { courses: 2, students: 30 } }, async (simulator) => {
      const token = simulator.tokens.admin
      const names = new Set<string>()
      const left = await leftBehind(async (monitor) => {
        await monitor.track({}, async (sync) => {
          const canvas = sync.canvas({ baseUrl: simulator.base_url, token })
          const { course_id } = anyCourse(simulator)
          const path = `/api/v1/courses/${course_id}/enrollments`
          for await (const { user } of canvas.list<Enrollment>(path, {}, { per_page: 5 })) {
            names.add(user.name).add(user.sortable_name)
            sync.recordGrade()
          }
        })
      })
      assert.ok(names.size > 10)
      assert.match(left, /\/api\/v1\/courses\/\d+\/enrollments/)
      assert.equal(left.includes(token), false)
      assert.deepEqual(
        [...names].filter((name) => left.includes(name)),
        [],
      )
    })
  })
})
