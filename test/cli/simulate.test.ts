import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { assertExplained } from './support/assert-explained.ts'
import type { RunningCli } from './support/run-cli.ts'
import { WorkPlace } from './support/work-place.ts'

interface Facts {
  readonly base_url: string
  readonly account_id: string
  readonly tokens: Readonly<Record<'admin' | 'teacher' | 'student', string>>
}

const SMALL = ['simulate', '--port', '0', '--students', '12', '--courses', '2', '--latency', '0']

async function factsOf(cli: RunningCli): Promise<Facts> {
  const [line] = await cli.shows('stdout', /.*\n/)
  return JSON.parse(line) as Facts
}

async function end(cli: RunningCli): Promise<void> {
  cli.child.kill('SIGINT')
  assert.equal((await cli.result).code, 130)
}

suite('simulate', { concurrency: 2 }, () => {
  test('what it prints is enough for a sync, with each of its tokens', async () => {
    const place = new WorkPlace()
    const cli = place.start([...SMALL, '--json'])
    const { base_url, account_id, tokens } = await factsOf(cli)
    for (const [kind, token] of Object.entries(tokens)) {
      place.write(`${kind}.txt`, token)
      const account = kind === 'admin' ? ['--account', account_id] : []
      const args = ['sync', '--base-url', base_url, '--token-file', `${kind}.txt`, '--json', '-q']
      const result = await place.run([...args, ...account])
      assert.equal(result.code, 0, result.stderr)
      const { courses } = JSON.parse(result.stdout) as { courses: { processed: number } }
      assert.ok(courses.processed >= 1, kind)
    }
    await end(cli)
  })

  test('for people it prints the same in lines, and the command that uses it on stderr', async () => {
    const place = new WorkPlace()
    const cli = place.start([...SMALL, '--write-tokens', 'tokens'])
    await cli.shows('stdout', /^base URL {2}http:\S+\naccount {3}\d+\nadmin .*\nteacher .*\nstudent .*\n/)
    const [, command = ''] = await cli.shows('stderr', /^Try: canvas-sync-monitor (sync .*)\n/)
    const result = await place.run([...command.split(' '), '--quiet'])
    assert.equal(result.code, 0, result.stderr)
    await end(cli)
  })

  test('--write-tokens: files that only their owner reads, also where there were others', async () => {
    const place = new WorkPlace()
    place.write('tokens/teacher.token', 'old')
    chmodSync(place.path('tokens/teacher.token'), 0o644)
    const cli = place.start([...SMALL, '--json', '--write-tokens', 'tokens'])
    const { tokens } = await factsOf(cli)
    for (const kind of ['admin', 'teacher', 'student'] as const) {
      const path = place.path(`tokens/${kind}.token`)
      assert.equal(readFileSync(path, 'utf8'), `${tokens[kind]}\n`)
      assert.equal(statSync(path).mode & 0o777, 0o600)
    }
    await end(cli)
  })

  test('a fault script is obeyed', async () => {
    const place = new WorkPlace()
    place.write('faults.json', '[{"when":{},"fault":{"kind":"status","status":404}}]')
    const cli = place.start([...SMALL, '--json', '--faults', 'faults.json'])
    const { base_url, tokens } = await factsOf(cli)
    const headers = { Authorization: `Bearer ${tokens.teacher}` }
    assert.equal((await fetch(`${base_url}/api/v1/users/self`, { headers })).status, 404)
    await end(cli)
  })

  const WRONG: readonly [string, string | null, RegExp][] = [
    ['that is not there', null, /faults\.json does not exist/],
    ['that is no JSON', '[{', /faults\.json is wrong: /],
    ['that is no list', '{}', /must be an array of \{when, fault\}/],
    ['with an unknown kind', '[{"when":{},"fault":{"kind":"fire"}}]', /one of .*edge_502.*, got "fire"/],
    ['with an unknown condition', '[{"when":{"day":1},"fault":{"kind":"reset"}}]', /unknown condition day/],
    ['with a broken pattern', '[{"when":{"path_pattern":"("},"fault":{"kind":"reset"}}]', /is wrong: /],
  ]
  for (const [name, text, sentence] of WRONG) {
    test(`a fault script ${name} is explained, with an example`, async () => {
      const place = new WorkPlace()
      if (text !== null) place.write('faults.json', text)
      const result = await place.run([...SMALL, '--faults', 'faults.json'])
      assertExplained(result, { code: 2, sentence, next: /\[\{"when":\{"every":20\}/ })
    })
  }

  for (const [option, value] of [
    ['--students', '0'],
    ['--students', '50001'],
    ['--courses', 'many'],
    ['--latency', '-5'],
    ['--seed', '1.5'],
  ] as const) {
    test(`${option} ${value} is refused`, async () => {
      const result = await new WorkPlace().run(['simulate', '--port', '0', option, value])
      assertExplained(result, { code: 2, sentence: new RegExp(`${option} (?:must be|needs)`) })
    })
  }
})
