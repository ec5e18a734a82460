import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertNoStack } from './support/assert-explained.ts'
import type { CliResult } from './support/run-cli.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly message: string
  readonly next_step: string | null
}

function findingsOf(result: CliResult): { ok: boolean; findings: Finding[] } {
  assert.equal(result.stderr, '')
  assertNoStack(result)
  return JSON.parse(result.stdout) as { ok: boolean; findings: Finding[] }
}

const failed = (findings: readonly Finding[]): string[] =>
  findings.filter(({ ok }) => !ok).map(({ check }) => check)

suite('doctor', { concurrency: 2 }, () => {
  test('all good: exit code 0, a line for each check', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    const canvas = ['--base-url', simulator.base_url, '--token-file', 'token.txt']
    const plain = await place.run(['doctor', ...canvas])
    assert.equal(plain.code, 0, plain.stdout)
    assert.deepEqual(
      plain.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/).slice(0, 2)),
      ['node', 'database', 'logs', 'disk', 'canvas'].map((check) => ['✔', check]),
    )
    const json = await place.run(['doctor', '--json', ...canvas])
    const { ok, findings } = findingsOf(json)
    assert.ok(ok)
    assert.equal(findings.length, 5)
    assert.match(findings.at(-1)?.message ?? '', /^Canvas accepts the token of user \d+/)
  })

  const TROUBLES: readonly [string, (place: WorkPlace) => string[], string, RegExp][] = [
    [
      'a database that cannot be made',
      () => ['--database', 'sqlite:token.txt/deep/x.db'],
      'database',
      /cannot be opened for writing/,
    ],
    [
      'a log folder that is a file',
      () => ['--log-dir', 'token.txt'],
      'logs',
      /Cannot write .* in token\.txt/,
    ],
    [
      'a token that Canvas does not accept',
      (place) => {
        place.write('wrong.txt', '1~S3cret')
        return ['--base-url', place.simulator?.base_url ?? '', '--token-file', 'wrong.txt']
      },
      'canvas',
      /does not accept the access token/,
    ],
    ['no token', (place) => ['--base-url', place.simulator?.base_url ?? ''], 'canvas', /no access token/],
    ['a token file but no Canvas', () => ['--token-file', 'token.txt'], 'canvas', /no Canvas host/],
    [
      'http beyond loopback',
      () => ['--base-url', 'http://canvas.example.edu', '--token-file', 'token.txt'],
      'canvas',
      /travel unencrypted/,
    ],
  ]
  for (const [name, argumentsIn, check, message] of TROUBLES) {
    const code = name === 'a token that Canvas does not accept' ? 4 : 1
    test(`${name}: exit code ${code}, the other checks are made all the same`, async () => {
      const place = new WorkPlace(await smallCanvas())
      const args = ['doctor', ...argumentsIn(place)]
      const json = await place.run([...args, '--json'])
      assert.equal(json.code, code, json.stderr)
      const { ok, findings } = findingsOf(json)
      assert.ok(!ok)
      assert.deepEqual(failed(findings), [check])
      const finding = findings.find((one) => one.check === check)
      assert.match(finding?.message ?? '', message)
      assert.match(finding?.next_step ?? '', /\w.*\.$/)
      assert.ok(findings.length >= 4)
      const plain = await place.run(args)
      assert.match(plain.stdout, new RegExp(`^✘ ${check} .*${message.source}.*\\n {12}\\w`, 'm'))
      assert.ok(!plain.stdout.includes('S3cret'))
    })
  }
})
