import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { releaseProblems, type Release } from '../../packaging/check-release.ts'
import { ROOT } from './support/pack.ts'
import { run } from './support/run.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
}

interface Workflow {
  readonly permissions: object
  readonly jobs: Readonly<Record<string, { permissions: Record<string, string>; steps: Step[] }>>
}

const GOOD: Release = {
  tag: 'v1.2.3',
  version: '1.2.3',
  repository: 'git+https://code.example.edu/monitor.git',
  changelog: '# Changes\n\n## [1.2.3] - 2026-11-22\n',
}

const PROBLEMS: readonly [string, Partial<Release>, RegExp][] = [
  ['a tag that is no version', { tag: 'latest' }, /latest is no version/],
  [
    'a tag of another version',
    { tag: 'v1.2.4' },
    /tag is v1\.2\.4, and package\.json has the version 1\.2\.3/,
  ],
  [
    'changes that nobody wrote down',
    { changelog: '## [Unreleased]\n\n- 1.2.3\n' },
    /no chapter "## \[1\.2\.3\]"/,
  ],
  ['a manifest without a repository', { repository: undefined }, /names no repository/],
]

test('a release is allowed when tag, version, changes and repository are in order', () => {
  assert.deepEqual(releaseProblems(GOOD), [])
  assert.deepEqual(
    releaseProblems({ ...GOOD, tag: 'v1.2.3-rc.1', version: '1.2.3-rc.1', changelog: '## [1.2.3-rc.1]' }),
    [],
  )
})

for (const [name, change, sentence] of PROBLEMS) {
  test(`a release is stopped by ${name}`, () => {
    const problems = releaseProblems({ ...GOOD, ...change })
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', sentence)
  })
}

test('the check runs as the workflow calls it', async () => {
  const args = [join(ROOT, 'packaging/check-release.ts'), 'v0.0.0']
  const { code, stderr } = await run(process.execPath, args, { cwd: ROOT, may_fail: true })
  assert.equal(code, 1)
  assert.match(stderr, /The tag is v0\.0\.0, and package\.json has the version/)
})

test('the workflow may sign and nothing more than it needs, and runs actions that nobody can exchange', () => {
  const workflow = parse(readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')) as Workflow
  assert.deepEqual(workflow.permissions, {})
  const { publish } = workflow.jobs
  assert.deepEqual(Object.keys(workflow.jobs), ['publish'])
  assert.deepEqual(publish?.permissions, { contents: 'write', 'id-token': 'write' })
  for (const { uses } of publish.steps) {
    if (uses !== undefined) assert.match(uses, /^actions\/[\w-]+@[0-9a-f]{40}$/)
  }
  const commands = publish.steps.flatMap((step) => step.run ?? [])
  const at = (part: string): number => commands.findIndex((command) => command.includes(part))
  assert.ok(
    at('check-release') >= 0 && at('check-release') < at('.ci/run') && at('.ci/run') < at('npm publish'),
  )
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    publishConfig: object
    scripts: Record<string, string>
  }
  assert.deepEqual(manifest.publishConfig, { access: 'public', provenance: true })
  for (const command of commands) {
    const script = /npm run (?:--silent )?(\w+)/.exec(command)?.[1]
    if (script !== undefined) assert.ok(manifest.scripts[script], script)
  }
})
