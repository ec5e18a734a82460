#!/usr/bin/env node
import { surviveBrokenOutput } from './cli/broken-output.ts'
import { main } from './cli/main.ts'
import { keepHeapSmall } from './cli/small-heap.ts'
import { tellError } from './cli/tell-error.ts'
import { Terminal } from './cli/terminal.ts'

keepHeapSmall()

const { stdout, stderr, env: environment } = process
surviveBrokenOutput(stdout, stderr)
process.on('uncaughtException', (error) => {
  const terminal = new Terminal({ stdout, stderr, environment })
  // oxlint-disable-next-line unicorn/no-process-exit -- what state the program is in is not known any more
  process.exit(tellError(terminal, error, process.argv.includes('--debug')))
})

process.exitCode = await main({ args: process.argv.slice(2), environment, stdout, stderr })
