import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

/** The manifest, as far as the tests read it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string
  readonly bytes: number
  readonly unpacked_bytes: number
  /** Paths in the package, sorted. */
  readonly paths: readonly string[]
}

interface NpmPacked {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** What a checkout has of its own accord: no results of builds, no data. */
const NOT_COPIED = /^(?:\.git|\.bench|data|dist|logs|tokens)(?:\/|$)|(?:^|\/)node_modules(?:\/|$)/

/** Runs `npm pack`, with the builds that belong to it, in a copy of the checkout. */
export async function pack(directory: string): Promise<Packed> {
  mkdirSync(directory)
  cpSync(ROOT, directory, {
    recursive: true,
    filter: (path) => !NOT_COPIED.test(path.slice(ROOT.length)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  const { stdout } = await run('npm', ['pack', '--json', '--silent'], { cwd: directory })
  // What the builds say stands before it; newer versions of npm answer by the names of packages.
  const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as NpmPacked[] | Record<string, NpmPacked>
  const [packed] = Object.values(answer)
  if (packed === undefined) throw new Error(`npm pack answered ${stdout}`)
  return {
    tarball: join(directory, packed.filename),
    bytes: packed.size,
    unpacked_bytes: packed.unpackedSize,
    paths: packed.files.map(({ path }) => path).sort(),
  }
}
