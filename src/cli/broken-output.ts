import { systemErrorCode } from '../core/errors.ts'

/**
 * Keeps a program alive whose output cannot be written. A reader that went away (`| head`) is no error: a sync goes on
 * without it. Any other failure of stdout is told on stderr and makes the exit code 1.
 */
export function surviveBrokenOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): void {
  let told = false
  stdout.on('error', (error) => {
    const code = systemErrorCode(error)
    if (told || code === 'EPIPE') return
    told = true
    stderr.write(`Error: The output cannot be written (${code ?? 'unknown'}).\n`)
    stderr.write(
      code === 'ENOSPC' ? 'Free some space where it goes, then run it again.\n' : 'Send it elsewhere.\n',
    )
  })
  // There is no place left to tell it.
  stderr.on('error', () => {})
  process.on('exit', () => {
    if (told && (process.exitCode === undefined || process.exitCode === 0)) process.exitCode = 1
  })
}
