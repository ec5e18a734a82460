import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { ROOT } from './place.ts'

interface Manifest {
  readonly name: string
  readonly version: string
}

/**
 * A registry of npm on loopback that has one package of ours, and whatever is installed here as its dependencies: so
 * `npm install` does all that it does for a user, and nothing leaves the machine.
 */
export class RegistryStandIn implements AsyncDisposable {
  readonly #tarball: string
  readonly #own: Manifest
  readonly #packed: Map<string, Buffer> = new Map()
  readonly #server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1)
    const [, packed] = /^(.+)\/-\/package\.tgz$/.exec(name) ?? []
    const found = packed === undefined ? this.#describe(name) : this.#pack(packed)
    if (found === null) response.writeHead(404).end('{}')
    else response.end(found instanceof Buffer ? found : JSON.stringify(found))
  })

  private constructor(tarball: string, own: Manifest) {
    this.#tarball = tarball
    this.#own = own
  }

  /** @param tarball what `npm pack` made of ours */
  static async start(tarball: string): Promise<RegistryStandIn> {
    const manifest = run('tar', ['-xzOf', tarball, 'package/package.json']).toString()
    const registry = new RegistryStandIn(tarball, JSON.parse(manifest) as Manifest)
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #describe(name: string): object | null {
    const manifest = name === this.#own.name ? this.#own : installed(name)
    if (manifest === null) return null
    const bytes = this.#pack(name)
    if (bytes === null) return null
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    const dist = { tarball: `${this.url}/${name}/-/package.tgz`, integrity }
    return {
      name,
      'dist-tags': { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    }
  }

  #pack(name: string): Buffer | null {
    const known = this.#packed.get(name)
    if (known !== undefined) return known
    const folder = join(ROOT, 'node_modules', name)
    if (name !== this.#own.name && !existsSync(folder)) return null
    const bytes =
      name === this.#own.name
        ? readFileSync(this.#tarball)
        : run('tar', [
            '-cz',
            '--exclude=node_modules',
            `--transform=s,^\\.,package,`,
            '-C',
            realpathSync(folder),
            '.',
          ])
    this.#packed.set(name, bytes)
    return bytes
  }
}

function installed(name: string): Manifest | null {
  const path = join(ROOT, 'node_modules', name, 'package.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : null
}

function run(command: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { maxBuffer: 256 * 1_048_576 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.toString()}`)
  return stdout
}

/** Folder of the Node.js that runs this, for the PATH of a user. */
export const NODE_FOLDER: string = dirname(process.execPath)
