import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  checkCron,
  checkIni,
  checkJson,
  checkBraces,
  checkPythonSyntax,
  checkShellSyntax,
  checkYaml,
} from './data-blocks.ts'
import type { CodeBlock } from './code-blocks.ts'
import { AT_POSTGRES, ROOT, type DocsPlace, type ShellResult } from './place.ts'
import { preludeFor } from './prelude.ts'

/** What the program prints is compared with this instead of its numbers, times and ids. */
const shapeless = (text: string): string[] =>
  text
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\d[\d.,:]*(?: (?:ms|s|min|h)\b)?/g, '#')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '' && line !== '…')

/** A server is asked for by its address. */
export const SPEAKS_OF_SERVER: RegExp = /localhost:5000|127\.0\.0\.1:5000|monitor\.example\.edu/

/**
 * Runs or checks one block of a page; those before it have been.
 * @throws AssertionError that says what the reader would have met
 */
export async function runBlock(block: CodeBlock, place: DocsPlace): Promise<void> {
  const { language, text, marker } = block
  if (marker?.kind === 'copy_of') {
    assert.equal(text, readFileSync(join(ROOT, marker.path), 'utf8'), `it is not ${marker.path}`)
    return
  }
  if (SPEAKS_OF_SERVER.test(text) || (marker?.kind === 'printed_by' && SPEAKS_OF_SERVER.test(marker.command)))
    await place.serve()
  if (text.search(AT_POSTGRES) !== -1) await place.postgres()
  if (marker?.kind === 'printed_by') return comparePrinted(block, marker.command, place)
  if (marker?.kind === 'file') place.write(marker.name, place.withAddresses(text))
  switch (language) {
    case 'sh':
      return marker?.kind === 'syntax_only' ? checkShellSyntax(text) : await runShell(block, place)
    case 'ts':
    case 'js':
      return await runProgram(block, place)
    case 'json':
      return await checkJson(block)
    case 'yaml':
      return checkYaml(block)
    case 'ini':
      return checkIni(block)
    case 'cron':
      return checkCron(block)
    case 'nginx':
    case 'caddyfile':
      return checkBraces(block)
    case 'sql':
      return marker?.kind === 'postgres' ? await place.runOnPostgres(text) : runSql(text, place)
    case 'python':
      return await runPython(block, place)
    case 'text':
    case 'diff':
      return
    default:
      assert.fail(`a block of the language "${language}" is checked by nothing: name another, or "text"`)
  }
}

const OUTSIDE = /(?<![\w.:/])(?:\/(?:etc|var|opt|usr|root|home)\/|~\/)/

async function runShell({ text, marker }: CodeBlock, place: DocsPlace): Promise<void> {
  // The reader's machine is this one.
  assert.doesNotMatch(text, OUTSIDE, 'it writes outside of its folder: mark it as SYNTAX ONLY')
  const database = marker?.kind === 'postgres' ? { DATABASE_URL: await place.postgres() } : {}
  assertWentWell(await place.shell(text, database), marker)
}

function assertWentWell(result: ShellResult, marker: CodeBlock['marker']): void {
  const codes = marker?.kind === 'exits' ? marker.codes : []
  const failures = result.failures.filter(({ code }) => !codes.includes(code))
  const said = failures.map(({ command, code }) => `${command}\n  exited with ${code}`).join('\n')
  assert.deepEqual(failures, [], `${said}\n${result.stderr}`)
  if (result.failures.length === 0) assert.equal(result.code, 0, result.stderr)
  if (codes.length > 0 && !codes.includes(0))
    assert.notEqual(result.failures.length, 0, 'nothing failed: the marker is not needed')
  const statuses = marker?.kind === 'answers' ? marker.statuses : []
  for (const status of result.statuses) {
    const fine = (status >= 200 && status < 300) || statuses.includes(status)
    assert.ok(fine, `an answer was ${status}:\n${result.stdout}`)
  }
}

/** With what the page has at hand put before it, so that it is a whole program. */
async function runProgram({ text, language, line, marker }: CodeBlock, place: DocsPlace): Promise<void> {
  if (marker?.kind === 'file') return
  const program = `${preludeFor(text)}${text}`
  const name = `.block-${line}.${language === 'ts' ? 'ts' : 'mjs'}`
  place.write(name, place.withAddresses(program))
  if (marker?.kind === 'syntax_only') {
    const checked = await place.shell(`node --check ${name}`)
    return assert.equal(checked.code, 0, checked.stderr)
  }
  const result = await place.shell(`node --conditions=canvas-sync-monitor-source ${name}`)
  assert.equal(result.failures.length, 0, `${result.stderr}\n${program}`)
}

async function runPython({ text, line, marker }: CodeBlock, place: DocsPlace): Promise<void> {
  checkPythonSyntax(text)
  if (marker?.kind === 'syntax_only' || marker?.kind === 'file') return
  place.write(`.block-${line}.py`, place.withAddresses(text))
  const result = await place.shell(`python3 .block-${line}.py`)
  assert.equal(result.failures.length, 0, result.stderr)
}

/** Over the database of the page. */
function runSql(text: string, place: DocsPlace): void {
  using database = new DatabaseSync(place.path('data/canvas-sync.db'))
  for (const statement of statementsOf(text)) database.prepare(statement).all()
}

/** A semicolon within quotes ends none. */
const statementsOf = (text: string): string[] =>
  (text.replaceAll(/--.*$/gm, '').match(/(?:'[^']*'|[^;'])+/g) ?? [])
    .map((each) => each.trim())
    .filter(Boolean)

/** JSON in its shape; text in its words, each line in order, where numbers may be others. */
async function comparePrinted(block: CodeBlock, command: string, place: DocsPlace): Promise<void> {
  const { stdout, stderr } = await place.shell(command)
  if (block.language === 'json') {
    assertShape(JSON.parse(stdout), JSON.parse(block.text), 'the answer')
    return
  }
  const printed = shapeless(`${stdout}\n${stderr.replaceAll(/^\[answered \d+\]$/gm, '')}`)
  let from = 0
  for (const line of shapeless(block.text)) {
    const at = printed.indexOf(line, from)
    assert.notEqual(at, -1, `"${line}" is not printed by ${command}, which prints:\n${printed.join('\n')}`)
    from = at + 1
  }
}

/** What is shown is there, under the same name and of the same type; there may be more. */
export function assertShape(real: unknown, shown: unknown, where: string): void {
  if (shown === null || real === null) return
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(real), `${where} is no list`)
    if (shown.length > 0 && real.length > 0) assertShape(real[0], shown[0], `${where}[0]`)
    return
  }
  assert.equal(typeof real, typeof shown, `${where} is of another type`)
  if (typeof shown !== 'object') return
  for (const [name, value] of Object.entries(shown)) {
    assert.ok(Object.hasOwn(real as object, name), `${where} has no ${name}`)
    assertShape((real as Record<string, unknown>)[name], value, `${where}.${name}`)
  }
}
