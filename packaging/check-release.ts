/** Says what stands in the way of a release: `node packaging/check-release.ts v1.2.3`. Exit code 1 when something does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Release {
  /** The name of the tag: `v1.2.3`. */
  readonly tag: string
  readonly version: string
  /** From the manifest; undefined while it says nothing. */
  readonly repository: string | undefined
  readonly changelog: string
}

/** A sentence for each thing that is wrong; none when it may be published. */
export function releaseProblems({ tag, version, repository, changelog }: Release): string[] {
  const problems = []
  if (!/^v\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(tag)) problems.push(`${tag} is no version such as v1.2.3.`)
  else if (tag !== `v${version}`)
    problems.push(`The tag is ${tag}, and package.json has the version ${version}.`)
  const heading = changelog.split('\n').some((line) => line.startsWith(`## [${version}]`))
  if (!heading) problems.push(`CHANGELOG.md has no chapter "## [${version}]".`)
  if (repository === undefined) {
    problems.push('package.json names no repository, which the signed statement of npm must agree with.')
  }
  return problems
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const read = (name: string): string => readFileSync(join(root, name), 'utf8')
  const { version, repository } = JSON.parse(read('package.json')) as {
    version: string
    repository?: { url: string }
  }
  const problems = releaseProblems({
    tag: process.argv[2] ?? '',
    version,
    repository: repository?.url,
    changelog: read('CHANGELOG.md'),
  })
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
