import { Writable } from 'node:stream'
import { main } from '../../../src/cli/main.ts'
import type { CliResult } from './run-cli.ts'

/**
 * A command line in this process, in pipes: for what needs no process of its own, and is then some twenty times faster.
 * Paths are relative to the working directory of the tests.
 */
export async function runMain(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const started = performance.now()
  const text = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof text): NodeJS.WriteStream =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        text[stream] += String(chunk)
        done()
      },
    }) as unknown as NodeJS.WriteStream
  const code = await main({ args, environment, stdout: into('stdout'), stderr: into('stderr') })
  return { ...text, code, duration_ms: performance.now() - started }
}
