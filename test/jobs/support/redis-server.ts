import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** Where `.ci/run` unpacks it, with the libraries that it needs. */
const UNPACKED = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'canvas-sync-monitor/redis/usr',
)

/** Ends the server when its own standard input ends, as it does when the test process is gone, however that ended. */
const GUARD = '"$@" </dev/null & server=$!; read -r word; kill -KILL $server; wait $server 2>&-'

interface Found {
  readonly program: string
  readonly libraries: string
}

function find(): Found | null {
  const own = spawnSync('redis-server', ['--version'])
  if (own.status === 0) return { program: 'redis-server', libraries: '' }
  const program = join(UNPACKED, 'bin/redis-server')
  if (!existsSync(program)) return null
  const folders = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((name) => join(UNPACKED, 'lib', name))
  return { program, libraries: folders.join(':') }
}

const found = find()

/** Why tests that need Redis are left out; false where they run. In CI they never are. */
export const NO_REDIS: false | string =
  found === null && (process.env['CI'] ?? '') === '' ? 'redis-server is not installed' : false

/** A Redis of its own in a folder of its own, on a socket there; answers its address. */
export async function startRedis(): Promise<string> {
  if (found === null) throw new Error('redis-server is not installed')
  const directory = temporaryDirectory()
  const socket = join(directory, 'redis.sock')
  const settings = [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', found.program, ...settings], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(found.libraries === '' ? {} : { LD_LIBRARY_PATH: found.libraries }) },
  })
  const gone = once(child, 'exit')
  after(async () => {
    child.stdin.end()
    await gone
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/ready to accept connections/i.test(said)) resolve()
    })
    void gone.then(() => reject(new Error(`redis-server ended: ${said}`)))
  })
  return socket
}
