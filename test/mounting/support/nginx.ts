import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { ROOT } from './example-app.ts'
import { freePort } from '../../support/free-port.ts'

/** Where `.ci/run` unpacks it. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'canvas-sync-monitor/nginx')
const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', join(CACHE, 'usr/sbin')]
const found = PLACES.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path))

/** Libraries beside it, where the system has none of its own. */
const environment = { ...process.env, LD_LIBRARY_PATH: join(CACHE, 'usr/lib/x86_64-linux-gnu') }

/** False, or why tests that need it are skipped. */
export function withoutNginx(): string | false {
  if (found !== undefined && spawnSync(found, ['-v'], { env: environment }).status === 0) return false
  const why = 'nginx is not installed: .ci/run unpacks it.'
  if ((process.env['CI'] ?? '') !== '') throw new Error(why)
  return why
}

export interface Nginx extends AsyncDisposable {
  readonly url: string
}

export interface NginxOptions {
  /** The server behind it; is told where nginx is found. */
  upstream(url: string): Promise<{ readonly port: number }>
  /** Takes the path away from what it passes on. */
  readonly strips: boolean
}

const MOST_WAITS = 500

/** nginx with the documented configuration before a server. It cannot say which free port it took: one is looked for. */
export async function openNginx({ upstream, strips }: NginxOptions): Promise<Nginx> {
  const folder = temporaryDirectory()
  mkdirSync(join(folder, 'logs'))
  const documented = readFileSync(join(ROOT, 'examples', 'mounting', 'nginx.conf'), 'utf8')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await upstream(url)
  const passes = `proxy_pass http://127.0.0.1:${server.port}${strips ? '/' : ''};`
  const locations = documented.replace('proxy_pass http://127.0.0.1:5000;', passes)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;\nmaster_process off;\npid ${join(folder, 'pid')};\nevents {}\nhttp {\naccess_log off;\n${paths}\n` +
      `server {\nlisten 127.0.0.1:${port};\n${locations}\n}\n}\n`,
  )
  const child = spawn(found ?? 'nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await answers(url, child)
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let waits = 0; waits < MOST_WAITS; waits++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}.`)
    const answer = await fetch(`${url}/`).catch(() => null)
    if (answer !== null) return
    await systemClock.sleep(20)
  }
  throw new Error('nginx does not answer.')
}
