import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT, manifest } from './pack.ts'
import { run } from './run.ts'

export interface Application {
  /** Its folder, which has a `package.json` and `node_modules`. */
  readonly directory: string
  /** Whether npm installed it; else the dependencies are those of the checkout, because no registry answered. */
  readonly by_npm: boolean
}

const QUIETLY = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--omit=optional']
/** What npm says where no registry answers. */
export const NO_REGISTRY: RegExp = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/

/**
 * An empty folder into which the tarball is installed with its dependencies, none of its development, and no scripts.
 *
 * @param strategy `linked` gives each package what it declares and nothing else, by symbolic links, as pnpm does
 * @throws Error where it fails, and where no registry answers and `CI` is set
 */
export async function install(
  directory: string,
  tarball: string,
  strategy: 'hoisted' | 'linked',
): Promise<Application> {
  mkdirSync(directory)
  writeFileSync(
    join(directory, 'package.json'),
    '{ "name": "application", "private": true, "type": "module" }',
  )
  const args = ['install', tarball, `--install-strategy=${strategy}`, ...QUIETLY, '--fetch-retries=0']
  const { code, stdout, stderr } = await run('npm', args, { cwd: directory, may_fail: true })
  if (code === 0) return { directory, by_npm: true }
  if (!NO_REGISTRY.test(stderr) || (process.env['CI'] ?? '') !== '') throw new Error(`${stdout}\n${stderr}`)
  await link(directory, tarball)
  return { directory, by_npm: false }
}

/** By hand: the dependencies of the checkout by links. */
async function link(directory: string, tarball: string): Promise<void> {
  const modules = join(directory, 'node_modules')
  const own = join(modules, manifest.name)
  mkdirSync(own, { recursive: true })
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', own], { cwd: directory })
  for (const name of Object.keys(manifest.dependencies)) linkModule(directory, name)
  mkdirSync(join(modules, '.bin'))
  symlinkSync(`../${manifest.name}/bin/canvas-sync-monitor.js`, join(modules, '.bin/canvas-sync-monitor'))
}

/** Puts a package of the checkout beside the installed ones. */
export function linkModule(directory: string, name: string): void {
  const target = join(directory, 'node_modules', name)
  mkdirSync(dirname(target), { recursive: true })
  if (!existsSync(target)) symlinkSync(join(ROOT, 'node_modules', name), target)
}

/** The installed packages by their names, with the bytes of their files. */
export function installedSizes({ directory }: Application): ReadonlyMap<string, number> {
  const modules = join(directory, 'node_modules')
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`) : [name],
    )
  return new Map(names.map((name) => [name, bytesOf(join(modules, name))]))
}

function bytesOf(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length, 0)
}

export function copyInto(directory: string, name: string): string {
  const target = join(directory, name.split('/').at(-1) ?? name)
  cpSync(join(ROOT, name), target)
  return target
}
