import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { DEPLOY } from './support/deploy-files.ts'
import { UnitFile } from './support/unit-file.ts'

const SCRIPT = join(DEPLOY, 'systemd/canvas-sync-monitor.sh')
const text = readFileSync(SCRIPT, 'utf8')
const NOBODY = 65_534
const skip =
  process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0
    ? false
    : 'only root can become another user, with setpriv'

/** The script over folders of a test, as a user that every system has; a program in its place says what it was given. */
function commandIn(files: Readonly<Record<string, string>>): (...args: readonly string[]) => string {
  const root = temporaryDirectory()
  const write = (path: string, content: string, mode = 0o600): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content, { mode })
  }
  mkdirSync(join(root, 'var/lib/canvas-sync'), { recursive: true })
  for (const [path, content] of Object.entries(files)) write(`etc/canvas-sync-monitor/${path}`, content)
  write(
    'opt/canvas-sync-monitor/node_modules/.bin/canvas-sync-monitor',
    '#!/bin/sh\necho "$(id -u) $(pwd) $DATABASE_URL $CANVAS_SYNC_LOG_DIR ${SMTP_URL-none} ${PORT-none} $*"\n',
    0o755,
  )
  const script = join(root, 'command')
  const own = text
    .replaceAll(/(?<=[\s=:])\/(?=(?:opt|var|etc)\/)/g, `${root}/`)
    .replace('--reuid=canvas-sync --regid=canvas-sync', `--reuid=${NOBODY} --regid=${NOBODY}`)
    .replace('--init-groups', '--clear-groups')
  writeFileSync(script, own)
  chmodSync(root, 0o755)
  chownSync(join(root, 'var/lib/canvas-sync'), NOBODY, NOBODY)
  return (...args) => {
    const { status, stdout, stderr } = spawnSync('sh', [script, ...args], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout.replaceAll(root, '').trim()
  }
}

suite('the command beside the units', { skip }, () => {
  test('is run as their user, in their folder, with their database and logs', () => {
    const run = commandIn({})
    const database = 'sqlite:/var/lib/canvas-sync/data/canvas-sync.db'
    assert.equal(
      run('syncs', 'list'),
      `${NOBODY} /var/lib/canvas-sync ${database} /var/log/canvas-sync none none syncs list`,
    )
  })

  test('gets the secrets, which its user cannot read, and the settings', () => {
    const run = commandIn({
      'secrets/database-url': 'postgres://monitor@db.example.edu/canvas_sync\n',
      'secrets/smtp-url': 'smtp://mail.example.edu?a=$b\n',
      'secrets/README.txt': 'no variable',
      environment: 'PORT=8080\n',
    })
    assert.equal(
      run('doctor', '--json'),
      `${NOBODY} /var/lib/canvas-sync postgres://monitor@db.example.edu/canvas_sync /var/log/canvas-sync ` +
        'smtp://mail.example.edu?a=$b 8080 doctor --json',
    )
  })
})

test('the command beside the units has the user, the folders, the program and the Node.js of the server', () => {
  const unit = new UnitFile('canvas-sync-monitor.service')
  const { DATABASE_URL, CANVAS_SYNC_LOG_DIR, PATH } = unit.environment()
  for (const line of [
    `DATABASE_URL=${DATABASE_URL}`,
    `CANVAS_SYNC_LOG_DIR=${CANVAS_SYNC_LOG_DIR}`,
    `PATH=${PATH}`,
  ])
    assert.match(text, new RegExp(`^${line.replaceAll('.', '\\.')}$`, 'm'))
  const [program] = unit.one('Service.ExecStart').split(' ')
  assert.ok(text.includes(`${program} "$@"`))
  assert.ok(text.includes(`--reuid=${unit.one('Service.User')} `))
  assert.ok(text.includes(`cd ${unit.one('Service.WorkingDirectory')}\n`))
})
