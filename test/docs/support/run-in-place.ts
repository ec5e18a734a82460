import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a block as a shell does that stops at the first failure, without any stand-in; what it prints on stdout. */
export async function runInPlace(
  text: string,
  options: { readonly cwd: string; readonly environment: Readonly<Record<string, string>> },
): Promise<string> {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', text], {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
  })
  const out = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (out[stream] += chunk))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0, `${text}\n${out.stdout}\n${out.stderr}`)
  return out.stdout
}
