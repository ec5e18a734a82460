import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { COMMON_OPTIONS, nearest } from '../../src/cli/arguments.ts'
import type { Command } from '../../src/cli/command.ts'
import { demo } from '../../src/cli/commands/demo.ts'
import { doctor } from '../../src/cli/commands/doctor.ts'
import { report } from '../../src/cli/commands/report.ts'
import { analyze } from '../../src/cli/commands/analyze.ts'
import { logsCleanup } from '../../src/cli/commands/logs/logs-cleanup.ts'
import { logsSearch } from '../../src/cli/commands/logs/logs-search.ts'
import { logsStatus } from '../../src/cli/commands/logs/logs-status.ts'
import { logsTail } from '../../src/cli/commands/logs/logs-tail.ts'
import { migrate } from '../../src/cli/commands/migrate.ts'
import { serve } from '../../src/cli/commands/serve.ts'
import { simulate } from '../../src/cli/commands/simulate.ts'
import { spoolSend, spoolStatusCommand } from '../../src/cli/commands/spool.ts'
import { sync } from '../../src/cli/commands/sync.ts'
import { syncs } from '../../src/cli/commands/syncs.ts'
import { syncsPrune } from '../../src/cli/commands/syncs-prune.ts'
import { commandHelp } from '../../src/cli/help.ts'
import { textWidth } from '../../src/cli/text-width.ts'
import { assertExplained } from './support/assert-explained.ts'
import { PATIENCE } from '../support/patience.ts'
import { WITHOUT_CACHE } from './support/run-cli.ts'
import { WorkPlace } from './support/work-place.ts'

const LOGS_COMMANDS: readonly Command[] = [logsSearch, logsTail, logsStatus, logsCleanup]
const COMMANDS: readonly Command[] = [
  ...LOGS_COMMANDS,
  analyze,
  demo,
  doctor,
  migrate,
  report,
  serve,
  simulate,
  spoolSend,
  spoolStatusCommand,
  sync,
  syncs,
  syncsPrune,
]
const place = new WorkPlace()

suite('help', { concurrency: 2 }, () => {
  for (const command of COMMANDS) {
    test(`${command.name} --help names each of its options once, with words, in 100 columns`, async () => {
      const result = await place.run([...command.name.split(' '), '--help'])
      assert.deepEqual({ code: result.code, stderr: result.stderr }, { code: 0, stderr: '' })
      assert.equal(result.stdout, `${commandHelp(command)}\n`)
      assert.match(result.stdout, new RegExp(`^Usage: canvas-sync-monitor ${command.name}\\b`, 'm'))
      const options = { ...command.options, ...COMMON_OPTIONS }
      for (const [name, option] of Object.entries(options)) {
        const value = option.type === 'string' ? ' [A-Z]+' : ''
        const lines = result.stdout.match(new RegExp(`^ .*--${name}${value} {2,}\\S.*$`, 'gm')) ?? []
        assert.equal(lines.length, 1, `--${name}`)
        assert.ok(lines[0]?.endsWith(option.help))
      }
      for (const line of result.stdout.split('\n')) assert.ok(textWidth(line) <= 105, line)
    })
  }

  test('the overview names every command and every exit code, within a second', async () => {
    const result = await place.run(['--help'])
    assert.equal(result.code, 0)
    for (const { name, summary } of COMMANDS) {
      assert.match(result.stdout, new RegExp(`^ {2}${name} +${summary}$`, 'm'))
    }
    for (const code of [0, 1, 2, 3, 4, 130]) assert.match(result.stdout, new RegExp(`^ +${code} {2}\\w`, 'm'))
    assert.equal((await place.run(['help'])).stdout, result.stdout)
    assert.equal((await place.run(['help', '--help'])).stdout, result.stdout)
    let fastest = Infinity
    for (let run = 0; run < 3; run++) {
      const { duration_ms } = await place.run(['--help'], { environment: WITHOUT_CACHE })
      fastest = Math.min(fastest, duration_ms)
    }
    assert.ok(fastest < 1000 * PATIENCE, `${fastest} ms`)
  })

  test('help COMMAND is COMMAND --help', async () => {
    assert.equal((await place.run(['help', 'sync'])).stdout, `${commandHelp(sync)}\n`)
    assertExplained(await place.run(['help', 'snyc']), { code: 2, sentence: /no command/, next: /sync/ })
  })

  test('logs alone shows its commands: on stdout when it is asked for, else on stderr with exit code 2', async () => {
    const asked = await place.run(['logs', '--help'])
    assert.deepEqual({ code: asked.code, stderr: asked.stderr }, { code: 0, stderr: '' })
    for (const { name, summary } of LOGS_COMMANDS) {
      assert.match(asked.stdout, new RegExp(`^ {2}${name} +${summary}$`, 'm'))
    }
    assert.equal((await place.run(['help', 'logs'])).stdout, asked.stdout)
    const alone = await place.run(['logs'])
    assert.deepEqual(alone, { ...alone, code: 2, stdout: '', stderr: asked.stdout })
  })

  test('a command of two words is found by either, and with a typing error in either', async () => {
    assert.equal((await place.run(['help', 'logs', 'search'])).stdout, `${commandHelp(logsSearch)}\n`)
    const cases: readonly (readonly [string[], RegExp, RegExp])[] = [
      [['logs', 'serach'], /no command "logs serach"/, /Did you mean logs search\? See logs --help/],
      [['log', 'tail'], /no command "log"/, /Did you mean logs tail\?/],
      [['search', 'timeout'], /no command "search"/, /Did you mean logs search\?/],
      [['logs', 'frobnicate'], /no command "logs frobnicate"/, /logs search, logs tail/],
    ]
    for (const [args, sentence, next] of cases) {
      assertExplained(await place.run(args), { code: 2, sentence, next })
    }
  })

  test('without a command the overview goes to stderr, and the exit code is 2', async () => {
    const result = await place.run([])
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 2, stdout: '' })
    assert.match(result.stderr, /^Usage: /m)
  })

  test('--version, -v and -V print the version of the package alone', async () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    const { version } = JSON.parse(text) as { version: string }
    for (const flag of ['--version', '-v', '-V']) {
      const result = await place.run([flag])
      assert.deepEqual(
        { code: result.code, stdout: result.stdout, stderr: result.stderr },
        { code: 0, stdout: `${version}\n`, stderr: '' },
      )
    }
  })

  test('the nearest word is the one that was meant, or none', () => {
    const known = ['demo', 'serve', 'sync', 'simulate', 'syncs', 'migrate', 'doctor', 'base-url', 'log-dir']
    const cases: readonly [string, string | null][] = [
      ['snyc', 'sync'],
      ['sycn', 'sync'],
      ['sim', 'simulate'],
      ['docter', 'doctor'],
      ['migrat', 'migrate'],
      ['baseurl', 'base-url'],
      ['base_url', 'base-url'],
      ['logdir', 'log-dir'],
      ['dmeo', 'demo'],
      ['x', null],
      ['', null],
      ['frobnicate', null],
      ['s', null],
    ]
    for (const [word, meant] of cases) assert.equal(nearest(word, known), meant, word)
  })
})
