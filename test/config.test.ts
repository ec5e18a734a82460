import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AccessConfig } from '../src/config/access.ts'
import type { FleetLogsConfig } from '../src/config/fleet-logs.ts'
import type { ReportsConfig } from '../src/config/reports.ts'
import type { NotificationsConfig } from '../src/config/notifications.ts'
import { loadConfig, type Config, type ConfigInput } from '../src/config/config.ts'
import { MonitorError } from '../src/core/errors.ts'
import { systemZone } from '../src/core/local-time.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0

/** A configuration file of its own; a `.ts` or `.js` file is loaded once for ever. */
function configFile(text: string, extension = 'json'): string {
  const path = join(directory, `config-${++files}.${extension}`)
  writeFileSync(path, text)
  return path
}

const EMPTY = configFile('{}')
const load = (
  flags: ConfigInput = {},
  environment: Record<string, string> = {},
  file: string = EMPTY,
): Promise<Config> => loadConfig({ flags, environment, file })

async function refusal(loading: Promise<Config>): Promise<MonitorError> {
  try {
    await loading
  } catch (error) {
    assert.ok(error instanceof MonitorError)
    assert.equal(error.code, 'config_invalid')
    assert.equal(error.exit_code, 2)
    assert.match(error.message, /\.$/)
    assert.match(error.next_step, /\w/)
    return error
  }
  throw new assert.AssertionError({ message: 'it was accepted' })
}

interface Setting {
  readonly environment: string
  readonly values: readonly [flag: string, environment: string, file: string]
  readonly missing: string | number | null
  readonly number?: true
}

const SETTINGS: Readonly<
  Record<
    Exclude<
      keyof Config,
      | 'log_cleanup'
      | 'log_streams'
      | 'sync_limits'
      | 'retention'
      | 'alerts'
      | 'schedules'
      | 'sources'
      | 'keep_error_messages'
      | keyof AccessConfig
      | keyof FleetLogsConfig
      | keyof NotificationsConfig
      | keyof ReportsConfig
    >,
    Setting
  >
> = {
  database: {
    environment: 'DATABASE_URL',
    values: ['sqlite:a.db', 'sqlite:b.db', 'sqlite:c.db'],
    missing: 'sqlite:data/canvas-sync.db',
  },
  log_dir: { environment: 'CANVAS_SYNC_LOG_DIR', values: ['a', 'b', 'c'], missing: 'logs/canvas_sync' },
  host: { environment: 'HOST', values: ['localhost', '::1', '127.0.0.2'], missing: '127.0.0.1' },
  port: { environment: 'PORT', values: ['1', '0', '65535'], missing: 5000, number: true },
  canvas_base_url: {
    environment: 'CANVAS_BASE_URL',
    values: ['https://a.test', 'https://b.test', 'https://c.test'],
    missing: null,
  },
  canvas_access_token: { environment: 'CANVAS_ACCESS_TOKEN', values: ['1~a', '2~b', '3~c'], missing: null },
  server: {
    environment: 'CANVAS_SYNC_SERVER',
    values: ['https://a.test', 'http://127.0.0.1:5000', 'https://c.test/monitor'],
    missing: null,
  },
  server_token: { environment: 'CANVAS_SYNC_TOKEN', values: ['csm_a', 'csm_b', 'csm_c'], missing: null },
  freshness_target: { environment: 'FRESHNESS_TARGET', values: ['90m', '6h', '2d'], missing: '24h' },
  queue_lease: { environment: 'CANVAS_SYNC_QUEUE_LEASE', values: ['10s', '1m', '1h'], missing: '30s' },
  spool_dir: { environment: 'CANVAS_SYNC_SPOOL_DIR', values: ['a', 'b', 'c'], missing: null },
  time_zone: {
    environment: 'TZ',
    values: ['Europe/Zurich', 'America/New_York', 'UTC'],
    missing: Intl.DateTimeFormat().resolvedOptions().timeZone,
  },
}

for (const [name, { environment, values, missing, number }] of Object.entries(SETTINGS)) {
  const key = name as keyof Config
  const expected = (value: string): string | number => (number === true ? Number(value) : value)

  test(`${name}: flag over ${environment} over file over default`, async () => {
    const [flag, variable, file] = values
    const path = configFile(JSON.stringify({ [name]: expected(file) }))
    const all = await load({ [name]: flag }, { [environment]: variable }, path)
    assert.equal(all[key], expected(flag))
    assert.equal((await load({}, { [environment]: variable }, path))[key], expected(variable))
    assert.equal((await load({}, {}, path))[key], expected(file))
    assert.equal((await load())[key], missing)
  })

  test(`${name}: an empty or blank ${environment} counts as not set`, async () => {
    for (const blank of ['', '  ']) {
      assert.equal((await load({}, { [environment]: blank }))[key], missing)
    }
  })

  test(`${name}: a wrong value is named with its source, and a secret one is not repeated`, async () => {
    const from_flag = await refusal(load({ [name]: '' }))
    assert.match(
      from_flag.message,
      /^(?:--[a-z-]+|canvas_access_token|server_token|time_zone|freshness_target|queue_lease) must /,
    )
    const path = configFile(JSON.stringify({ [name]: { wrong: 'S3cret' } }))
    const from_file = await refusal(load({}, {}, path))
    assert.ok(from_file.message.startsWith(`"${name}" in ${path} must be `), from_file.message)
    if (
      !['host', 'port', 'log_dir', 'spool_dir', 'time_zone', 'freshness_target', 'queue_lease'].includes(name)
    )
      assert.ok(!from_file.message.includes('S3cret'))
  })
}

test('a freshness target is a duration of a minute or longer', async () => {
  for (const wrong of ['soon', '30s', '0h', '-1h', '24']) {
    const { message } = await refusal(load({}, { FRESHNESS_TARGET: wrong }))
    assert.match(message, /^FRESHNESS_TARGET must be a duration such as .*, and a minute or longer, got /)
  }
})

test('a port is a whole number from 0 to 65535 and nothing else', async () => {
  for (const wrong of ['http', '65536', '-1', '1.5', '0x10', '1e3', '999999']) {
    const { message } = await refusal(load({}, { PORT: wrong }))
    assert.equal(message, `PORT must be a whole number from 0 to 65535, got "${wrong}".`)
  }
  for (const wrong of [1.5, -1, 65_536, true, null, [], '']) {
    const { message } = await refusal(load({}, {}, configFile(JSON.stringify({ port: wrong }))))
    assert.match(message, /must be a whole number from 0 to 65535/)
  }
})

test('TZ may have the forms that the system gives it', async () => {
  const zone = async (TZ: string): Promise<string> => (await load({}, { TZ })).time_zone
  assert.equal(await zone(':Europe/Zurich'), 'Europe/Zurich')
  assert.equal(await zone(':/no/such/file'), systemZone())
  mkdirSync(join(directory, 'zoneinfo/Asia'), { recursive: true })
  writeFileSync(join(directory, 'zoneinfo/Asia/Kathmandu'), '')
  symlinkSync('zoneinfo/Asia/Kathmandu', join(directory, 'localtime'))
  assert.equal(await zone(`:${directory}/localtime`), 'Asia/Kathmandu')
  assert.equal(await zone(`${directory}/zoneinfo/Asia/Kathmandu`), 'Asia/Kathmandu')
  for (const wrong of ['Europe/Zurych', 'CET-1CEST']) {
    const { message } = await refusal(load({}, { TZ: wrong }))
    assert.equal(message, `TZ must be the IANA name of a time zone, got "${wrong}".`)
  }
})

test('level, detail and size of the log streams are set in a file, by the rules of the writer', async () => {
  const set = (log_streams: unknown): Promise<Config> =>
    load({}, {}, configFile(JSON.stringify({ log_streams })))
  assert.deepEqual((await load()).log_streams, {})
  const own = { api_calls: { level: 'WARNING', backups: 2 }, progress: { max_bytes: 5_000_000 } }
  assert.deepEqual((await set(own)).log_streams, own)
  for (const [wrong, told] of [
    [{ api: {} }, /log stream must be one of operations, api_calls/],
    [{ errors: { level: 'LOUD' } }, /errors\.level must be one of DEBUG/],
    [{ errors: { max_bytes: 1 } }, /errors\.max_bytes must be a whole number of at least 4096/],
    ['all', /must be an object of settings/],
  ] as const) {
    assert.match((await refusal(set(wrong))).message, told)
  }
})

test('the nightly clean-up is set in a file, piece by piece', async () => {
  const set = (log_cleanup: unknown): Promise<Config> =>
    load({}, {}, configFile(JSON.stringify({ log_cleanup })))
  const usual = { enabled: true, at: '02:00', max_lines: 10_000, archive_days: 7, delete_days: 30 }
  assert.deepEqual((await load()).log_cleanup, usual)
  assert.deepEqual((await set({})).log_cleanup, usual)
  const given = { at: '23:45', delete_days: 365 }
  assert.deepEqual((await set(given)).log_cleanup, { ...usual, ...given })
  assert.deepEqual((await set({ enabled: false })).log_cleanup, { ...usual, enabled: false })
  const wrong: readonly [unknown, RegExp][] = [
    [
      { at: '2:00' },
      /^at of "log_cleanup" in .* must be a time of day such as 02:00, got \{"at":"2:00"\}\.$/,
    ],
    [{ at: '24:00' }, /^at of /],
    [{ max_lines: 0 }, /^max_lines of .* must be a whole number from 1 to 10000000/],
    [{ archive_days: '7' }, /^archive_days of .* must be a whole number from 0 to 3650/],
    [{ delete_days: 1.5 }, /^delete_days of .* must be a whole number from 1 to 3650/],
    [{ enabled: 'no' }, /^enabled of .* must be true or false/],
    [{ delete_weeks: 4 }, /^"log_cleanup" in .* must have no other settings/],
    [true, /^"log_cleanup" in .* must be an object of settings/],
  ]
  for (const [value, sentence] of wrong) {
    const error = await refusal(set(value))
    assert.match(error.message, sentence)
    assert.match(error.next_step, /"at": "02:00"/)
  }
})

test('how long syncs may run is set in a file, by their type', async () => {
  const set = (sync_limits: unknown): Promise<Config> =>
    load({}, {}, configFile(JSON.stringify({ sync_limits })))
  assert.deepEqual((await load()).sync_limits, {})
  const own = { default: '6h', submissions: '90m', 'my own': 'none' }
  assert.deepEqual((await set(own)).sync_limits, own)
  for (const wrong of [{ all: '6 hours' }, { all: 6 }, { all: null }]) {
    assert.match((await refusal(set(wrong))).message, /"all" must be a time such as 90s/)
  }
  assert.match((await refusal(set('6h'))).message, /must be an object of settings/)
})

test('how long rows are kept is set in a file, piece by piece', async () => {
  const set = (retention: unknown): Promise<Config> => load({}, {}, configFile(JSON.stringify({ retention })))
  const usual = {
    enabled: true,
    at: '03:00',
    sync_days: 400,
    change_days: 7,
    audit_days: 400,
    event_id_days: 30,
  }
  assert.deepEqual((await load()).retention, usual)
  assert.deepEqual((await set({ sync_days: 30, at: '23:45' })).retention, {
    ...usual,
    sync_days: 30,
    at: '23:45',
  })
  for (const [wrong, told] of [
    [{ sync_days: 0 }, /sync_days must be a whole number from 1 to/],
    [{ audit_days: 1.5 }, /audit_days must be/],
    [{ change_days: '7' }, /change_days must be/],
    [{ days: 7 }, /days is no setting of retention/],
    [{ at: '3' }, /at must be a time of day/],
    [{ enabled: 'no' }, /enabled must be true or false/],
    [[], /must be an object of settings/],
  ] as const) {
    assert.match((await refusal(set(wrong))).message, told)
  }
})

test('a database that is not understood is refused without its password', async () => {
  const { message, next_step } = await refusal(load({}, { DATABASE_URL: 'mysql://me:S3cret@db/x' }))
  assert.equal(message, 'DATABASE_URL must be sqlite: and the path of a file, or a postgres:// URL.')
  assert.match(next_step, /sqlite:data\/canvas-sync\.db/)
})

test('a database may be on a PostgreSQL server', async () => {
  for (const url of ['postgres://me:S3cret@db/x', 'postgresql:///x?host=/run/postgresql']) {
    assert.equal((await load({}, { DATABASE_URL: url })).database, url)
  }
})

test('messages of errors are kept where the environment or a file says so', async () => {
  assert.equal((await load()).keep_error_messages, false)
  assert.equal((await load({}, { KEEP_ERROR_MESSAGES: 'true' })).keep_error_messages, true)
  const file = configFile(JSON.stringify({ keep_error_messages: true }))
  assert.equal((await load({}, {}, file)).keep_error_messages, true)
  assert.equal((await load({}, { KEEP_ERROR_MESSAGES: '0' }, file)).keep_error_messages, false)
  const { message } = await refusal(load({}, { KEEP_ERROR_MESSAGES: 'perhaps' }))
  assert.match(message, /^KEEP_ERROR_MESSAGES must be true or false/)
})

test('who may come in is set in a file or the environment, and checked', async () => {
  const { require_token, public_url, allowed_hosts, trusted_proxies, rate_limits } = await load()
  assert.deepEqual([require_token, public_url, allowed_hosts, trusted_proxies], [false, null, [], []])
  assert.equal(rate_limits.sign_in_per_minute, 5)
  const environment = {
    REQUIRE_TOKEN: 'true',
    PUBLIC_URL: 'https://Monitor.example.edu/',
    ALLOWED_HOSTS: 'a.example.edu, b',
    TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8, fd00::/8',
  }
  const set = await load({}, environment)
  assert.equal(set.require_token, true)
  assert.equal(set.public_url, 'https://monitor.example.edu')
  assert.equal(set.base_path, null)
  const below = { PUBLIC_URL: 'https://Example.edu/monitor/', BASE_PATH: '/monitor/' }
  const { public_url: url, base_path } = await load({}, below)
  assert.deepEqual([url, base_path], ['https://example.edu/monitor', '/monitor'])
  assert.equal((await load({ base_path: '/other' }, below)).base_path, '/other')
  assert.deepEqual(set.allowed_hosts, ['a.example.edu', 'b'])
  assert.deepEqual(set.trusted_proxies, ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])
  const file = configFile(JSON.stringify({ require_token: true, rate_limits: { token_per_minute: 7 } }))
  const from_file = await load({}, {}, file)
  assert.equal(from_file.require_token, true)
  assert.equal(from_file.rate_limits.token_per_minute, 7)
  assert.equal(from_file.rate_limits.address_per_minute, 1200)
  const wrong: readonly [object, RegExp][] = [
    [{ require_token: 'perhaps' }, /must be true or false/],
    [{ public_url: 'monitor.example.edu' }, /must be an address such as https/],
    [{ public_url: 'https://monitor.example.edu/a%20b' }, /must be an address such as https/],
    [{ public_url: 'https://monitor.example.edu/path?a=b' }, /must be an address such as https/],
    [{ base_path: 'monitor' }, /must be a path such as \/monitor/],
    [{ base_path: '/a/../b' }, /must be a path such as \/monitor/],
    [{ public_url: 'ftp://monitor.example.edu' }, /must be an address/],
    [{ allowed_hosts: ['https://a'] }, /^"allowed_hosts" in \S+ must be host names/],
    [{ trusted_proxies: ['10.0.0.0/99'] }, /must be addresses or networks/],
    [{ trusted_proxies: ['proxy'] }, /must be addresses or networks/],
    [{ rate_limits: { token_per_minute: 0 } }, /whole number from 1 to 10000000/],
    [{ rate_limits: { tokens: 1 } }, /must have no other settings/],
  ]
  for (const [given, told] of wrong) {
    assert.match((await refusal(load({}, {}, configFile(JSON.stringify(given))))).message, told)
  }
})

test('files are .json, .js or .ts', async () => {
  const settings = '{ port: 5001, log_dir: "elsewhere" }'
  for (const path of [
    configFile('\ufeff{ "port": 5001, "log_dir": "elsewhere" }\n'),
    configFile(`export default ${settings}\n`, 'js'),
    configFile(`interface Port { port: number }\nexport default ${settings} satisfies Port & object\n`, 'ts'),
  ]) {
    const config = await load({}, {}, path)
    assert.equal(config.port, 5001)
    assert.equal(config.log_dir, 'elsewhere')
  }
})

const WRONG_FILES: readonly [string, string, RegExp, RegExp][] = [
  [
    'an unknown setting',
    configFile('{"databse":"x"}'),
    /has "databse", which is no setting/,
    /database, log_dir/,
  ],
  ['a setting of all objects', configFile('{"toString":1}'), /has "toString"/, /Settings are/],
  ['a list', configFile('[]'), /does not hold an object/, /"port": 5001/],
  ['null', configFile('null'), /does not hold an object/, /"port": 5001/],
  ['half JSON', configFile('{"canvas_access_token": "S3cret'), /is not JSON/, /comma or a quote/],
  ['nothing', configFile(''), /is not JSON/, /comma/],
  ['no default export', configFile('export const port = 1', 'ts'), /no object as its default/, /names and/],
  [
    'wrong TypeScript',
    configFile('export default {', 'ts'),
    /cannot be loaded \(SyntaxError\)/,
    /node .*\.ts/,
  ],
  ['a throw', configFile('throw new Error("S3cret")', 'js'), /cannot be loaded \(Error\)/, /node .*\.js/],
  ['a missing file', join(directory, 'no.json'), /does not exist/, /--config/],
  ['a missing module', join(directory, 'no.ts'), /does not exist/, /--config/],
  ['a folder', directory, /is a folder/, /path of a file/],
]
for (const [name, path, sentence, next] of WRONG_FILES) {
  test(`a configuration file with ${name} is named with what is wrong, and nothing of it is shown`, async () => {
    const error = await refusal(load({}, {}, path))
    assert.ok(error.message.startsWith(`The configuration file ${path} `), error.message)
    assert.match(error.message, sentence)
    assert.match(error.next_step, next)
    assert.ok(!`${error.message}${error.next_step}`.includes('S3cret'))
  })
}

test('the configuration cannot be changed', async () => {
  assert.ok(Object.isFrozen(await load()))
})
