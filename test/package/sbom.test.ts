import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { manifest, ROOT } from './support/pack.ts'
import { run } from './support/run.ts'

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly unknown[]
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
}

interface BillOfMaterials {
  readonly bomFormat: string
  readonly specVersion: string
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Locked {
  readonly version: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly integrity?: string
  readonly optional?: boolean
}

test('the bill of materials has all that users install, each with its licence and hash, and nothing else', async () => {
  const { stdout } = await run('npm', ['run', '--silent', 'sbom'], { cwd: ROOT })
  const bill = JSON.parse(stdout) as BillOfMaterials
  assert.equal(bill.bomFormat, 'CycloneDX')
  assert.match(bill.specVersion, /^1\.[5-9]$/)
  const { name, version } = bill.metadata.component
  assert.deepEqual([name, version], [manifest.name, manifest.version])

  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const installed = Object.entries(lock.packages).filter(
    ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
  )
  assert.deepEqual(
    bill.components.map((component) => `${component.name}@${component.version}`).sort(),
    installed.map(([path, locked]) => `${path.split('node_modules/').at(-1)}@${locked.version}`).sort(),
  )
  const names = new Set(bill.components.map((component) => component.name))
  for (const dependency of Object.keys(manifest.dependencies)) assert.ok(names.has(dependency), dependency)
  for (const development of Object.keys(manifest.devDependencies)) {
    // One that is an optional peer may come with another package.
    if (development !== '@opentelemetry/api') assert.ok(!names.has(development), development)
  }
  for (const component of bill.components) {
    assert.match(component.purl, /^pkg:npm\//)
    assert.equal(component.licenses?.length, 1, component.name)
    assert.equal(component.hashes?.[0]?.alg, 'SHA-512', component.name)
  }
  const direct = bill.dependencies.find(({ ref }) => ref === `${manifest.name}@${manifest.version}`)
  for (const dependency of Object.keys(manifest.dependencies)) {
    assert.ok(
      direct?.dependsOn.some((ref) => ref.startsWith(`${dependency}@`)),
      dependency,
    )
  }
})
