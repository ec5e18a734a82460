import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import { runMain } from '../cli/support/run-main.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { DEPLOY } from './support/prometheus-tools.ts'

const RUNBOOKS = join(DEPLOY, '../docs/runbooks')
const PROGRAM = 'npx canvas-sync-monitor '
/** They go on until they are stopped. */
const ENDLESS = /^(?:serve|logs tail (?!.*--no-follow))/
/** Of the system or of Canvas, and not ours. */
const FOREIGN = /^(?:df|du|journalctl)\b|YOUR-CANVAS|localhost:909[03]/

interface Command {
  readonly file: string
  readonly text: string
}

const commands: readonly Command[] = readdirSync(RUNBOOKS).flatMap((file) =>
  [...readFileSync(join(RUNBOOKS, file), 'utf8').matchAll(/`((?:npx|curl|df|du|journalctl) [^`]+)`/g)].map(
    ([, text = '']) => ({ file, text }),
  ),
)
const ours = commands.filter(({ text }) => text.startsWith(PROGRAM))
const asked = commands.filter(({ text }) => text.startsWith('curl') && !FOREIGN.test(text))

describe('the commands of the runbooks', () => {
  let server: RunningServer
  let sync_id = 0
  let incident_id = 0
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'canvas-sync.db')}`
  const logDir = join(directory, 'logs')
  const config = join(directory, 'canvas-sync-monitor.config.json')

  before(async () => {
    writeFileSync(config, '{"notifications": {"channels": {"log": {"kind": "stdout"}}}}')
    server = await startServer({ database, logDir, port: 0 })
    const { syncs, incidents } = server.monitor.store
    sync_id = await syncs.startSync(syncStart('task-1', { started_at: Date.now() - 60_000 }))
    await syncs.finishSync(sync_id, syncFinish({ finished_at: Date.now() }))
    await incidents.settle([FOUND], [], Date.now())
    const { incidents: open } = await incidents.list({ now: Date.now(), limit: 1 })
    incident_id = open[0]?.id ?? 0
    assert.ok(incident_id > 0)
  })
  after(() => server.close())

  const filled = (text: string): string =>
    text
      .replace('TASK_ID', 'task-1')
      .replace('TYPE', 'all')
      .replace(/\bID\b/, String(text.includes('incidents') ? incident_id : sync_id))

  it('are those of this program, of the system, or questions to the server', () => {
    assert.ok(ours.length > 20, String(ours.length))
    assert.ok(asked.length > 8, String(asked.length))
    for (const command of commands) {
      const known = ours.includes(command) || asked.includes(command) || FOREIGN.test(command.text)
      assert.ok(known, `${command.file}: ${command.text}`)
    }
  })

  for (const text of new Set(ours.map((command) => command.text))) {
    const line = text.slice(PROGRAM.length)
    it(`${text} is understood`, async () => {
      const args = (filled(line).match(/'[^']*'|\S+/g) ?? []).map((arg) => arg.replaceAll("'", ''))
      if (ENDLESS.test(line)) {
        const { code, stderr } = await runMain([...args, '--help'])
        assert.equal(code, 0, stderr)
        for (const option of args.filter((arg) => arg.startsWith('--')))
          assert.ok((await runMain([...args, '--help'])).stdout.includes(option), option)
        return
      }
      const place = ['--database', database, '--log-dir', logDir, '--config', config]
      const { code, stdout, stderr } = await runMain([...args, ...place])
      // 1 says that something is wrong, and what: 2 would be a line that nobody understands.
      assert.ok(code === 0 || code === 1, `${code}: ${stderr}`)
      assert.ok(code === 0 || stdout + stderr !== '')
    })
  }

  for (const text of new Set(asked.map((command) => command.text))) {
    it(`${text} is answered`, async () => {
      const [, path = ''] = /localhost:5000(\/[^' ]+)/.exec(filled(text)) ?? []
      const response = await fetch(`${server.url}${path}`)
      assert.equal(response.status, 200, `${path}: ${await response.text()}`)
    })
  }
})

const FOUND = {
  rule: 'token_invalid',
  severity: 'critical',
  key: 'a',
  member: 'a',
  subject: {
    source_id: null,
    sync_type: 'all',
    user_id: null,
    schedule: null,
    channel: null,
    host: 'canvas.test',
    error_type: 'token_expired',
  },
  facts: {},
  began_at: 1,
  last_good_at: null,
  count: 1,
  added: 1,
  last_sync_id: null,
  parent_key: null,
} as const
