import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { after, suite, test } from 'node:test'
import { assertExplained, type Explanation } from './support/assert-explained.ts'
import type { CliOptions } from './support/run-cli.ts'
import { keptRows, smallCanvas, syncedPlace, type WorkPlace } from './support/work-place.ts'

const SECRET = 'S3cretSauce'
const synced = await syncedPlace(await smallCanvas())
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const taken_port = (server.address() as AddressInfo).port
after(() => {
  server.close()
})

interface Case extends Explanation {
  readonly name: string
  readonly args: readonly string[] | ((place: WorkPlace) => readonly string[])
  readonly options?: Partial<CliOptions>
  /** Makes the trouble. */
  readonly prepare?: (place: WorkPlace) => void
}

const on = (base_url: string): string[] => ['sync', '--base-url', base_url, '--token-file', 'token.txt']
const HOST = 'https://canvas.example.edu'
const usage = (name: string, args: Case['args'], sentence: RegExp, next?: RegExp): Case =>
  next === undefined ? { name, args, code: 2, sentence } : { name, args, code: 2, sentence, next }

const CALLS: readonly Case[] = [
  usage('an unknown command', ['snyc'], /no command "snyc"/, /Did you mean sync\?/),
  usage('a command unlike any', ['frobnicate'], /no command/, /demo, serve, sync/),
  usage('an option before the command', ['--json', 'syncs'], /command comes first/, /demo, serve/),
  usage('an unknown flag', ['sync', '--task', 'x'], /no option --task/, /Did you mean --task-id\?/),
  usage('an unknown short flag', ['sync', '-z'], /no option -z/, /sync --help/),
  usage('a flag without its value', ['sync', '--base-url'], /--base-url needs a value/),
  usage('a flag with another as its value', ['sync', '--base-url', '--json'], /--base-url needs a value/),
  usage('a value for a switch', ['sync', '--full=yes'], /--full does not take a value/),
  usage('a word too many', ['sync', 'now'], /does not take "now"/),
  usage('no Canvas host', ['sync'], /no Canvas host/, /--base-url https/),
  usage('a type that is none', [...on(HOST), '--type', 'all of it'], /no sync type/, /courses, assignments/),
  usage('a course that is no id', [...on(HOST), '--course', 'Physics'], /"Physics" is no id/),
  usage(
    'a course and an account',
    [...on(HOST), '--course', '1', '--account', '2'],
    /together/,
    /Leave --account/,
  ),
  usage('an empty task id', [...on(HOST), '--task-id', ''], /--task-id must have 1 to 255/),
  usage('a task id too long', [...on(HOST), '--task-id', 'x'.repeat(256)], /--task-id .* got 256/),
  usage(
    'a token as the task id',
    [...on(HOST), '--task-id', `7~${'A1'.repeat(32)}`],
    /--task-id looks like a secret/,
  ),
  usage('a token as a command', [`7~${'A1'.repeat(32)}`], /no command "\[redacted\]"/),
  usage('a status that is none', ['syncs', 'list', '--status', 'done'], /no status "done"/, /in_progress/),
  usage('a limit that is none', ['syncs', 'list', '--limit', 'many'], /--limit must be a whole number/),
  usage('a negative limit', ['syncs', 'list', '--limit', '-1'], /--limit needs a value/),
  usage('no sync to show', ['syncs', 'show'], /needs the id/),
  usage('an unknown verb', ['syncs', 'lits'], /no "lits"/, /syncs list or syncs show ID/),
  usage('a port that is none', ['serve', '--port', 'http'], /--port must be a whole number from 0 to 65535/),
  usage('a port too high', ['serve', '--port', '65536'], /--port must be a whole number from 0 to 65535/),
  usage('an address beyond this machine', ['serve', '--host', '0.0.0.0'], /will not listen on 0\.0\.0\.0/),
  usage('a throttle that is none', ['simulate', '--throttle', '500'], /--throttle must be 429, 403 or off/),
  {
    name: 'a log folder below /proc, where nothing can be made',
    args: ['serve', '--port', '0', '--log-dir', '/proc/none/logs'],
    code: 1,
    sentence: /\/proc\/none\/logs/,
  },
  { name: 'a sync that is not there', args: ['syncs', 'show', '99'], code: 1, sentence: /no sync 99/ },
]

const ADDRESSES: readonly Case[] = [
  usage('a URL that is none', on('canvas'), /not a complete web address/, /https:\/\/canvas\.example\.edu/),
  usage('an FTP URL', on('ftp://canvas.example.edu'), /must begin with https/),
  usage('a URL with a path', on(`${HOST}/api/v1`), /must not have a path/),
  usage('http beyond loopback', on('http://canvas.example.edu'), /travel unencrypted/, /Use https/),
  usage('an address that only looks local', on('http://localhost.evil.test'), /travel unencrypted/),
  {
    ...usage('a URL with a password', on(`https://me:${SECRET}@canvas.example.edu`), /user name or password/),
    secrets: [SECRET],
  },
  {
    name: 'a Canvas that is not there',
    args: ['sync', '--base-url', 'http://127.0.0.1:1', '--token-file', 'token.txt', '--json'],
    code: 1,
    sentence: /refused|connect/i,
    next: /Check the host name/,
  },
]

const inToken = (text: string) => (place: WorkPlace) => {
  writeFileSync(place.path('token.txt'), text)
}
const TOKENS: readonly Case[] = [
  usage('no token', ['sync', '--base-url', HOST], /no access token/, /--token-file FILE/),
  usage('no token file', ['sync', '--base-url', HOST, '--token-file', 'no.txt'], /no\.txt does not exist/),
  usage('a folder as token file', ['sync', '--base-url', HOST, '--token-file', '.'], /cannot be read/),
  { ...usage('an empty token file', on(HOST), /no access token/), prepare: inToken('\n \n') },
  {
    ...usage('a token file with two lines', on(HOST), /line break/),
    prepare: inToken(`${SECRET}\n${SECRET}`),
    secrets: [SECRET],
  },
  {
    ...usage('a blank token in the environment', ['sync', '--base-url', HOST], /no access token/),
    options: { environment: { CANVAS_ACCESS_TOKEN: '  ' } },
  },
  usage(
    'nothing on standard input',
    ['sync', '--base-url', HOST, '--token-file', '-'],
    /no access token in standard input/,
  ),
  {
    name: 'a wrong token',
    args: (place) => place.syncArguments('--json'),
    prepare: inToken(SECRET),
    code: 4,
    sentence: /does not accept the access token/,
    next: /copied whole/,
    secrets: [SECRET],
  },
]

const PLACES: readonly Case[] = [
  {
    name: 'a port in use',
    args: () => ['serve', '--port', String(taken_port)],
    code: 1,
    sentence: /is in use/,
    next: /--port/,
  },
  {
    name: "the simulator's port in use",
    args: () => ['simulate', '--port', String(taken_port)],
    code: 1,
    sentence: /is taken/,
    next: /--port 0/,
  },
  {
    ...usage('an unknown kind of server', ['migrate'], /^Error: DATABASE_URL must be sqlite:/, /sqlite:data/),
    options: { environment: { DATABASE_URL: `mysql://me:${SECRET}@db.example.edu/x` } },
    secrets: [SECRET],
  },
  {
    name: 'a PostgreSQL server that is not there',
    args: ['migrate'],
    options: { environment: { DATABASE_URL: `postgres://me:${SECRET}@127.0.0.1:1/grades` } },
    code: 1,
    sentence: /^Error: No PostgreSQL server answers for grades at 127\.0\.0\.1:1\./,
    next: /DATABASE_URL/,
    secrets: [SECRET],
  },
  {
    name: 'a database in a folder that is a file',
    args: (place) => place.syncArguments('--database', 'sqlite:token.txt/x.db'),
    code: 1,
    sentence: /cannot be opened for writing/,
    next: /--database/,
  },
  {
    name: 'a database where nobody can write',
    args: (place) => place.syncArguments('--database', 'sqlite:/proc/canvas/x.db'),
    code: 1,
    sentence: /cannot be opened for writing/,
  },
  {
    name: 'a log folder that is a file',
    args: (place) => place.syncArguments('--log-dir', 'token.txt'),
    code: 1,
    sentence: /Cannot write .* in token\.txt/,
    next: /choose another log directory/,
  },
  {
    name: 'tokens into a folder that is a file',
    args: ['simulate', '--port', '0', '--write-tokens', 'token.txt'],
    code: 1,
    sentence: /cannot be written to token\.txt/,
  },
  {
    name: 'a task id for the second time',
    args: (place) => place.syncArguments('--task-id', 'first'),
    code: 1,
    sentence: /task id first exists/,
  },
]

const DAMAGED: readonly [string, RegExp, (path: string) => void][] = [
  [
    'a file that is no database',
    /damaged or is not a SQLite database/,
    (path) => {
      writeFileSync(path, 'This is a letter, not a database. '.repeat(200))
    },
  ],
  [
    'a database with pages overwritten',
    /damaged/,
    (path) => {
      const bytes = readFileSync(path)
      bytes.fill(0xa5, 512, bytes.length)
      writeFileSync(path, bytes)
    },
  ],
  [
    'a database of a newer version',
    /newer/,
    (path) => {
      using database = new DatabaseSync(path)
      database.exec("insert into canvas_sync_migrations values (99, '0099-future', 'x', 1)")
    },
  ],
]

suite('bad input', { concurrency: 3 }, () => {
  for (const trouble of [...CALLS, ...ADDRESSES, ...TOKENS, ...PLACES]) {
    test(`${trouble.name}: one sentence, what to do, exit code ${trouble.code}, and nothing is lost`, async () => {
      const place = synced.copy()
      trouble.prepare?.(place)
      const kept = keptRows(place)
      const args = typeof trouble.args === 'function' ? trouble.args(place) : trouble.args
      assertExplained(await place.run(args, trouble.options), trouble)
      assert.deepEqual(keptRows(place), kept)
    })
  }

  for (const [name, sentence, damage] of DAMAGED) {
    for (const command of ['sync', 'syncs', 'migrate']) {
      test(`${name}: ${command} says so and leaves it as it is`, async () => {
        const place = synced.copy()
        const path = place.path('data/canvas-sync.db')
        damage(path)
        const before = readFileSync(path)
        const args = command === 'sync' ? place.syncArguments() : [command]
        assertExplained(await place.run(args), { code: 1, sentence })
        assert.deepEqual(readFileSync(path), before)
      })
    }
  }
})
