#!/usr/bin/env node
// Plain JavaScript for any Node.js, so that one that is too old says so, or finds the one a checkout brings.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const recent = major > 24 || (major === 24 && minor >= 15)
// A checkout runs its sources, which a package does not have.
const source = new URL('../src/cli.ts', import.meta.url)
const program = existsSync(source) ? source : new URL('../dist/cli.js', import.meta.url)
const brought = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (recent) {
  await import(program.href)
} else if (existsSync(brought)) {
  const child = spawn(brought, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`Error: ${brought} cannot be started (${error.code}).`)
    console.error('Run npm ci again in this checkout, or install Node.js 24.15 or newer from nodejs.org.')
    process.exitCode = 2
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal]
  })
} else {
  console.error(`Error: canvas-sync-monitor needs Node.js 24.15 or newer; this is ${process.versions.node}.`)
  console.error('Install a newer Node.js from nodejs.org, or run it with: npx -p node@26 canvas-sync-monitor')
  process.exitCode = 2
}
