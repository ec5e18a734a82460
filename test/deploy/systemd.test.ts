import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { withoutStrace } from '../support/strace.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { WorkPlace } from '../cli/support/work-place.ts'
import { DEPLOY } from './support/deploy-files.ts'
import { UnitFile } from './support/unit-file.ts'

const SERVER = 'canvas-sync-monitor.service'
const WORKER = 'canvas-sync-worker@.service'
const NIGHTLY = 'canvas-sync-nightly.service'
const SERVICES = [SERVER, WORKER, NIGHTLY]
const BINARY = '/opt/canvas-sync-monitor/node_modules/.bin/canvas-sync-monitor'
const root = temporaryDirectory()
const units = join(root, 'etc/systemd/system')

/** False, or why tests that need the tool are skipped; in CI they must not be. */
function withoutAnalyze(): string | false {
  if (spawnSync('systemd-analyze', ['--version']).status === 0) return false
  const why = 'systemd-analyze is missing: .ci/run installs systemd'
  if ((process.env['CI'] ?? '') !== '') throw new Error(why)
  return why
}

function analyze(...args: readonly string[]): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return { code: status, text: `${stdout}${stderr}` }
}

/** A name that systemd runs: of a template, one of its units. */
const named = (unit: string): string => unit.replace('@.', '@1.')

const skip = withoutAnalyze()

suite('units of systemd', { skip }, () => {
  before(() => {
    // Units refer to those of systemd itself, and name programs that must be there.
    cpSync('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'), { recursive: true })
    for (const name of readdirSync(join(DEPLOY, 'systemd'))) {
      const folder = name === 'secrets.conf' ? join(units, `${SERVER}.d`) : units
      mkdirSync(folder, { recursive: true })
      cpSync(join(DEPLOY, 'systemd', name), join(folder, name))
    }
    for (const program of [BINARY, '/usr/local/bin/canvas-nightly']) {
      mkdirSync(join(root, program, '..'), { recursive: true })
      writeFileSync(join(root, program), '#!/bin/sh\n', { mode: 0o755 })
    }
  })

  test('systemd finds nothing to complain of', () => {
    const all = [...SERVICES.map(named), 'canvas-sync-nightly.timer']
    assert.deepEqual(analyze('verify', `--root=${root}`, ...all), { code: 0, text: '' })
  })

  for (const unit of SERVICES) {
    test(`${unit} exposes little of the machine: at most 2.0 of 10`, () => {
      const args = [
        'security',
        '--offline=true',
        `--root=${root}`,
        '--threshold=20',
        '--no-pager',
        named(unit),
      ]
      const { code, text } = analyze(...args)
      assert.equal(code, 0, text)
      assert.match(text, /Overall exposure level/)
    })
  }

  test(
    'no system call that a server or a wrapped command makes is forbidden',
    { skip: withoutStrace() },
    async () => {
      const place = new WorkPlace()
      // With -D the program itself is the child, which gets the signal.
      const traced = (name: string): string[] =>
        `strace -D -f -qq -o ${place.path(name)} ${process.execPath} ${join(DEPLOY, '../src/cli.ts')}`.split(
          ' ',
        )
      const server = place.start(['serve', '--port', '0', '--json'], { program: traced('serve.txt') })
      await server.shows('stderr', /All routes/)
      server.child.kill('SIGTERM')
      assert.equal((await server.result).code, 143)
      const wrapped = await place.run(['wrap', '--slug', 'own', '--', 'true'], {
        program: traced('wrap.txt'),
      })
      assert.equal(wrapped.code, 0, wrapped.stderr)

      const [allowed = '', forbidden = '', again = ''] = new UnitFile(SERVER).all('Service.SystemCallFilter')
      const may = new Set([...callsOf(allowed), ...callsOf(again)])
      const must_not = new Set(callsOf(forbidden.slice(1)).filter((call) => !callsOf(again).includes(call)))
      const made = ['serve.txt', 'wrap.txt'].flatMap((name) => callsMade(place.path(name)))
      assert.ok(made.includes('epoll_wait') || made.includes('epoll_pwait'), 'there are calls')
      assert.deepEqual(
        [...new Set(made)].filter((call) => !may.has(call) || must_not.has(call)),
        [],
      )
    },
  )
})

/** The system calls of the groups that are named. */
function callsOf(groups: string): string[] {
  return groups.split(' ').flatMap((group) => {
    const [, ...lines] = analyze('syscall-filter', group).text.split('\n')
    const names = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
    return names.flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]))
  })
}

function callsMade(trace: string): string[] {
  const { stdout } = spawnSync('sed', ['-n', 's/^[0-9]* *\\([a-z_0-9]*\\)(.*/\\1/p', trace], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return [...new Set(stdout.trim().split('\n'))]
}

test('what the units start is a command that there is, with its folders where the units may write', () => {
  for (const name of SERVICES) {
    const unit = new UnitFile(name)
    const [program, command = ''] = unit.one('Service.ExecStart').split(' ')
    assert.equal(program, BINARY)
    assert.ok(
      COMMANDS.some((entry) => entry.name === command),
      command,
    )
    assert.equal(unit.one('Service.ProtectSystem'), 'strict')
    const { DATABASE_URL = 'sqlite:/var/lib/canvas-sync/', CANVAS_SYNC_LOG_DIR } = unit.environment()
    assert.ok(DATABASE_URL.startsWith(`sqlite:/var/lib/${unit.one('Service.StateDirectory')}/`))
    assert.equal(CANVAS_SYNC_LOG_DIR, `/var/log/${unit.one('Service.LogsDirectory')}`)
    assert.equal(unit.one('Service.User'), 'canvas-sync')
  }
})

test('a unit is stopped later than the program stops by itself', () => {
  const seconds = (unit: string): number => Number(new UnitFile(unit).one('Service.TimeoutStopSec'))
  assert.ok(seconds(SERVER) > 10 + 10)
  const drain = / --drain (\d+)s$/.exec(new UnitFile(WORKER).one('Service.ExecStart'))
  assert.ok(seconds(WORKER) >= Number(drain?.[1]) + 15)
})

test('the server starts with the settings and the secrets of its unit, and stops in good order', async () => {
  const unit = new UnitFile(SERVER)
  const secrets = new UnitFile('secrets.conf')
  const place = new WorkPlace()
  for (const given of secrets.all('Service.LoadCredential')) {
    const [id = ''] = given.split(':')
    place.write(`credentials/${id}`, id === 'smtp-url' ? 'smtp://127.0.0.1:1\n' : 'sqlite:data/own.db\n')
  }
  // systemd puts the folder of the credentials for %d, and makes those of state and logs.
  const environment = Object.fromEntries(
    Object.entries({ ...unit.environment(), ...secrets.environment() })
      .filter(([name]) => name !== 'PATH')
      .map(([name, value]) => [
        name,
        value.replace('%d', place.path('credentials')).replace('/var/', './var/'),
      ]),
  )
  assert.ok(environment['DATABASE_URL_FILE']?.endsWith('credentials/database-url'))
  const [, ...args] = unit.one('Service.ExecStart').split(' ')
  const server = place.start([...args, '--port', '0', '--json'], { environment })
  const [, url = ''] = await server.shows('stdout', /"url":\s*"([^"]+)"/)
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  server.child.kill('SIGTERM')
  const { code } = await server.result
  assert.equal(code, Number(unit.one('Service.SuccessExitStatus')))
  assert.ok(existsSync(place.path('data/own.db')), 'the database of the secret')
  assert.ok(existsSync(place.path('var/log/canvas-sync/operations.log')))
})
