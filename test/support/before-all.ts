import { COMPILE_CACHE } from '../cli/support/run-cli.ts'

/** Before all tests of a run: each test file is a process, and starts more, that would strip and compile the sources anew. */
export function globalSetup(): void {
  process.env['NODE_COMPILE_CACHE'] ??= COMPILE_CACHE
}
