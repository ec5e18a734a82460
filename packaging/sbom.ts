/**
 * Prints the software bill of materials of what users install, as CycloneDX JSON: every package that comes at run time
 * with its version, licence and hash, and nothing of the development.
 *
 * `npm sbom --omit dev` alone leaves out packages of the run time that some development needs too, so npm is shown a
 * manifest and a lock without any development.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Locked {
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly devDependencies?: unknown
}

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const readJson = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as Record<string, unknown>

const { devDependencies: _, scripts: __, ...manifest } = readJson('package.json')
const lock = readJson('package-lock.json')
const packages = Object.entries(lock['packages'] as Record<string, Locked>)
  .filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true)
  .map(([path, { devDependencies: ___, ...locked }]) => [path, locked] as const)

const temporary = mkdtempSync(join(tmpdir(), 'canvas-sync-sbom-'))
try {
  // npm names the component after the folder.
  const folder = join(temporary, 'canvas-sync-monitor')
  mkdirSync(folder)
  const write = (name: string, value: unknown): void => {
    writeFileSync(join(folder, name), JSON.stringify(value))
  }
  write('package.json', manifest)
  write('package-lock.json', { ...lock, packages: Object.fromEntries(packages) })
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only']
  const { status, stdout } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(stdout)
  process.exitCode = status ?? 1
} finally {
  rmSync(temporary, { recursive: true })
}
