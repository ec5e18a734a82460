import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Cron } from 'croner'
import { parse as parseYaml, parseAllDocuments } from 'yaml'
import { loadConfig } from '../../../src/config/config.ts'
import { SETTINGS } from '../../../src/config/setting-list.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import type { CodeBlock } from './code-blocks.ts'
import { firstOf, ROOT } from './place.ts'

const SETTING_NAMES: ReadonlySet<string> = new Set(SETTINGS.map(({ name }) => name))

/** JSON whose members are settings is a configuration file, and read by the program as one. */
export async function checkJson({ text, page }: CodeBlock): Promise<void> {
  const value: unknown = JSON.parse(text)
  if (page.startsWith('docs/reference/')) return
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const names = Object.keys(value)
  if (names.length === 0 || !names.some((name) => SETTING_NAMES.has(name))) return
  const file = join(temporaryDirectory(), 'canvas-sync-monitor.config.json')
  writeFileSync(file, text)
  await loadConfig({ flags: {}, environment: {}, file })
}

/** YAML of Prometheus is checked by its own tool, where that is there. */
export function checkYaml({ text }: CodeBlock): void {
  const documents = parseAllDocuments(text)
  for (const document of 'empty' in documents ? [] : documents) assert.deepEqual(document.errors, [])
  const value = parseYaml(text, { strict: true, logLevel: 'silent' }) as Record<string, unknown> | null
  const kind =
    value !== null && 'scrape_configs' in value
      ? 'config'
      : value !== null && 'groups' in value
        ? 'rules'
        : null
  const promtool = firstOf('promtool')
  if (kind === null || promtool === null) return
  const directory = temporaryDirectory()
  // Its tool wants the files that are named to be there.
  const credentials = join(directory, 'token')
  writeFileSync(credentials, 'token')
  const file = join(directory, 'prometheus.yml')
  writeFileSync(file, text.replaceAll(/(credentials_file:\s*)\S+/g, `$1${credentials}`))
  const result = spawnSync(promtool, ['check', kind, file], { encoding: 'utf8' })
  assert.equal(result.status, 0, `${result.stdout}${result.stderr}`)
}

/** A unit of systemd: sections, settings, and a command that this program has. */
export function checkIni({ text }: CodeBlock): void {
  let section = ''
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const [, opened] = /^\[([\w .-]+)\]$/.exec(line) ?? []
    if (opened !== undefined) section = opened
    else {
      assert.match(line, /^[\w-]+\s*=/)
      assert.notEqual(section, '', `${line} stands in no section`)
      if (line.startsWith('ExecStart=')) checkProgramLine(line.slice('ExecStart='.length))
    }
  }
}

/** A line of a crontab: five fields that mean something, and a command in the syntax of the shell. */
export function checkCron({ text }: CodeBlock): void {
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !/^\s*(?:#|\w+=)/.test(each))) {
    const [, fields = '', command = ''] = /^((?:\S+\s+){5})(.+)$/.exec(line) ?? []
    assert.notEqual(new Cron(fields.trim(), { paused: true }).nextRun(), null, line)
    checkShellSyntax(command)
    checkProgramLine(command)
  }
}

export function checkShellSyntax(text: string): void {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** Braces of nginx and of Caddy, and the semicolons of nginx. */
export function checkBraces({ text, language }: CodeBlock): void {
  let depth = 0
  for (const line of text.split('\n').map((each) => each.replace(/\s*#.*$/, '').trim())) {
    if (line === '') continue
    if (language === 'nginx') assert.match(line, /[;{}]$/, line)
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    assert.ok(depth >= 0, line)
  }
  assert.equal(depth, 0)
}

export function checkPythonSyntax(text: string): void {
  if (firstOf('python3') === null) return
  const program = 'import ast,sys; ast.parse(sys.stdin.read())'
  const { status, stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** Every file of the project that a line names by its path below the checkout. */
function checkProgramLine(line: string): void {
  for (const [path = ''] of line.matchAll(/(?<=\/opt\/canvas-sync-monitor\/)[\w./-]+/g)) {
    if (path.startsWith('node_modules/')) continue
    assert.ok(existsSync(join(ROOT, path)), `there is no ${path}`)
  }
}
