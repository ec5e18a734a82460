import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig, type Config } from '../src/config/config.ts'
import { originsOf } from '../src/config/origins.ts'
import { SECRET_VARIABLES } from '../src/config/secret-files.ts'
import { settingsInEffect } from '../src/config/settings-in-effect.ts'
import { MonitorError } from '../src/core/errors.ts'
import { asOrdinaryUser, no_rights } from './support/ordinary-user.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'
import { WorkPlace } from './cli/support/work-place.ts'

const directory = temporaryDirectory()
const config_file = secret('no-settings.json', '{}')

function secret(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const load = (
  environment: Record<string, string>,
  flags: Parameters<typeof loadConfig>[0]['flags'] = {},
): Promise<Config> => loadConfig({ flags, environment, file: config_file })

async function refusal(environment: Record<string, string>): Promise<MonitorError> {
  const error = await load(environment).then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof MonitorError, 'it is refused')
  assert.equal(error.code, 'config_invalid')
  assert.equal(error.exit_code, 2)
  assert.match(error.next_step, /\w/)
  return error
}

const VALUES: Readonly<Record<string, readonly [keyof Config, string]>> = {
  DATABASE_URL: ['database', 'postgres://me:S3cret@db.example.edu/sync'],
  CANVAS_BASE_URL: ['canvas_base_url', 'https://canvas.example.edu'],
  CANVAS_ACCESS_TOKEN: ['canvas_access_token', '7~S3cret'],
  CANVAS_SYNC_SERVER: ['server', 'https://monitor.example.edu'],
  CANVAS_SYNC_TOKEN: ['server_token', 'csm_S3cret'],
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: ['otlp_logs_headers', 'authorization=S3cret'],
  SLACK_BOT_TOKEN: ['slack_bot_token', 'xoxb-1-S3cret'],
  SLACK_WEBHOOK_URL: ['slack_webhook_url', 'https://hooks.slack.com/services/T0/B0/S3cret'],
  SMTP_URL: ['smtp_url', 'smtps://me:S3cret@mail.example.edu'],
}

test('every secret may stand in a file that NAME_FILE names, with or without a line break at its end', async () => {
  assert.deepEqual(Object.keys(VALUES).sort(), [...SECRET_VARIABLES].sort())
  for (const [variable, [setting, value]] of Object.entries(VALUES)) {
    for (const end of ['', '\n', '\r\n', ' \n\n']) {
      const config = await load({ [`${variable}_FILE`]: secret(variable, value + end) })
      assert.equal(config[setting], value)
      assert.equal(originsOf(config)[setting], `${variable}_FILE`)
      assert.ok(!JSON.stringify(settingsInEffect(config)).includes('S3cret'))
    }
  }
})

test('a setting that is no secret is not read from a file', async () => {
  const config = await load({ PORT_FILE: secret('port', '7') })
  assert.equal(config.port, 5000)
})

test('a flag wins over a file, which is not even opened then', async () => {
  const config = await load({ DATABASE_URL_FILE: join(directory, 'nowhere') }, { database: 'sqlite:a.db' })
  assert.equal(config.database, 'sqlite:a.db')
})

test('a variable and its file together are refused, a blank one counts as not set', async () => {
  const path = secret('both', 'sqlite:b.db')
  const error = await refusal({ DATABASE_URL: 'sqlite:a.db', DATABASE_URL_FILE: path })
  assert.equal(error.message, 'DATABASE_URL and DATABASE_URL_FILE are both set.')
  assert.equal((await load({ DATABASE_URL: ' ', DATABASE_URL_FILE: path })).database, 'sqlite:b.db')
  assert.equal((await load({ DATABASE_URL: 'sqlite:a.db', DATABASE_URL_FILE: ' ' })).database, 'sqlite:a.db')
})

test('a file that is no good is named, and what stands in it is not repeated', async () => {
  mkdirSync(join(directory, 'folder'))
  const wrong: readonly [string, RegExp][] = [
    [join(directory, 'nowhere'), /^The file \S+nowhere that DATABASE_URL_FILE names does not exist\.$/],
    [join(directory, 'folder'), /is a folder\.$/],
    [secret('empty', ' \n'), /is empty\.$/],
    [secret('long', 'x'.repeat(65_537)), /is too long for a secret\.$/],
    [secret('wrong', 'mysql://me:S3cret@db'), /^DATABASE_URL_FILE must be sqlite: and the path/],
  ]
  for (const [path, sentence] of wrong) {
    const { message } = await refusal({ DATABASE_URL_FILE: path })
    assert.match(message, sentence)
    assert.doesNotMatch(message, /S3cret|xxx/)
  }
})

test('a file that may not be read is told', { skip: no_rights }, async () => {
  const path = secret('closed', 'sqlite:a.db')
  chmodSync(path, 0)
  chmodSync(directory, 0o755)
  const { message } = await asOrdinaryUser(() => refusal({ DATABASE_URL_FILE: path }))
  assert.match(message, /cannot be read \(EACCES\)\.$/)
})

test('doctor says which secrets come from files, and which file every user may read', async () => {
  const place = new WorkPlace()
  place.write('database-url', 'sqlite:own.db\n')
  const environment = { DATABASE_URL_FILE: 'database-url' }
  chmodSync(place.path('database-url'), 0o600)
  const good = await place.run(['doctor'], { environment })
  assert.equal(good.code, 0, good.stdout)
  assert.match(good.stdout, /secrets +DATABASE_URL_FILE can be read$/m)
  chmodSync(place.path('database-url'), 0o644)
  const open = await place.run(['doctor'], { environment })
  assert.equal(open.code, 0)
  assert.match(open.stdout, /can be read; every user of this machine may read database-url$/m)
})
