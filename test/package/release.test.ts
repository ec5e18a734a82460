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
  readonly env?: Readonly<Record<string, string>>
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>
  readonly needs?: readonly string[]
  readonly environment?: string
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: object
  readonly jobs: Readonly<Record<string, Job>>
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

const workflow = parse(readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')) as Workflow
const jobs = Object.entries(workflow.jobs)
const commandsOf = ({ steps }: Job): string[] => steps.flatMap((step) => step.run ?? [])

test('what runs code of others may only read, and what may sign or write runs nothing but npm and gh', () => {
  assert.deepEqual(workflow.permissions, {})
  const permissions = Object.fromEntries(jobs.map(([name, job]) => [name, job.permissions]))
  assert.deepEqual(permissions, {
    check: { contents: 'read' },
    pack: { contents: 'read' },
    publish: { 'id-token': 'write' },
    announce: { contents: 'write' },
  })
  for (const [name, job] of jobs) {
    if (Object.values(job.permissions).every((right) => right === 'read')) continue
    for (const command of commandsOf(job)) {
      assert.match(command, /^(?:npm publish --ignore-scripts|gh release create) /, name)
    }
    // A checkout would bring programs of ours and the scripts of what they install.
    const actions = job.steps.flatMap(({ uses }) => /^actions\/([\w-]+)@/.exec(uses ?? '')?.[1] ?? [])
    assert.ok(actions.every((action) => action === 'setup-node' || action === 'download-artifact'))
  }
  const installs = commandsOf(workflow.jobs['pack'] as Job).filter((command) =>
    /npm (?:ci|i\b)/.test(command),
  )
  assert.equal(installs.length, 1)
  for (const install of installs) assert.match(install, /--ignore-scripts/)
})

test('nothing is published before all is checked and packed, and actions are those that nobody can exchange', () => {
  const { check, publish, announce } = workflow.jobs
  assert.deepEqual([publish?.needs, announce?.needs], [['check', 'pack'], ['publish']])
  assert.equal(publish?.environment, 'npm')
  const at = (part: string): number => commandsOf(check as Job).findIndex((command) => command.includes(part))
  assert.ok(at('check-release') >= 0 && at('check-release') < at('.ci/run'))
  for (const { uses } of jobs.flatMap(([, { steps }]) => steps)) {
    if (uses !== undefined) assert.match(uses, /^actions\/[\w-]+@[0-9a-f]{40}$/)
  }
  // npm refuses a version such as 1.2.3-rc.1 without a tag, and would give `latest` to everybody.
  const publishing = publish.steps.find((step) => step.run?.includes('npm publish'))
  assert.match(publishing?.run ?? '', / --tag "\$TAG" /)
  assert.equal(publishing?.env?.['TAG'], "${{ contains(github.ref_name, '-') && 'next' || 'latest' }}")
  const announcing = announce?.steps.find((step) => step.run?.includes('gh release'))
  assert.match(announcing?.run ?? '', / --prerelease="\$PRERELEASE" /)
  const commands = jobs.flatMap(([, job]) => commandsOf(job))
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
