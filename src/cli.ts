#!/usr/bin/env node
import { main } from './cli/main.ts'

// A reader that went away (`| head`) is no error, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // oxlint-disable-next-line unicorn/no-process-exit -- there is nothing to write any more
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  throw error
})

process.exitCode = await main({
  args: process.argv.slice(2),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
})
