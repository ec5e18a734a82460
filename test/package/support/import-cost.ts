import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

const NOTE_MODULES = fileURLToPath(new URL('note-modules.mjs', import.meta.url))

export interface LoadedModules {
  /** Paths of our own, from `dist/` on. */
  readonly own: readonly string[]
  readonly own_bytes: number
  /** Names of other packages. */
  readonly packages: readonly string[]
}

/** What a program in the application's folder loads, in its worker threads too. */
export async function modulesOf(directory: string, program: string): Promise<LoadedModules> {
  const file = join(directory, 'modules.txt')
  if (existsSync(file)) rmSync(file)
  writeFileSync(join(directory, 'measured.mjs'), program)
  const args = ['--import', NOTE_MODULES, 'measured.mjs']
  await run(process.execPath, args, { cwd: directory, environment: { NOTED_MODULES: file } })
  const paths = readFileSync(file, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url))
    .filter((path) => path.includes('/node_modules/'))
  const inside = (path: string): string => path.slice(path.lastIndexOf('/node_modules/') + 14)
  const own = [...new Set(paths)].filter((path) => inside(path).startsWith('canvas-sync-monitor/dist/'))
  const other = paths.map(inside).filter((path) => !path.startsWith('canvas-sync-monitor/'))
  const names = other.map((path) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/'),
  )
  return {
    own: own.map((path) => inside(path).replace('canvas-sync-monitor/', '')).sort(),
    own_bytes: own.reduce((sum, path) => sum + statSync(path).size, 0),
    packages: [...new Set(names)].sort(),
  }
}

export interface ProcessCost {
  /** Of all threads, in user and system mode. */
  readonly cpu_ms: number
  readonly peak_memory_bytes: number
}

const MEASURED = `
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({
  cpu_ms: (user + system) / 1000, peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
}))`

/** The least of some runs of a program in a process of its own, from its very start. */
export async function costOf(directory: string, program: string, runs: number): Promise<ProcessCost> {
  const costs: ProcessCost[] = []
  for (let i = 0; i < runs; i++) {
    const args = ['--input-type=module', '--eval', program + MEASURED]
    // The cache of compiled code would belong to the tests alone.
    const environment = { NODE_DISABLE_COMPILE_CACHE: '1' }
    const { stdout } = await run(process.execPath, args, { cwd: directory, environment })
    costs.push(JSON.parse(stdout) as ProcessCost)
  }
  return {
    cpu_ms: Math.min(...costs.map(({ cpu_ms }) => cpu_ms)),
    peak_memory_bytes: Math.min(...costs.map(({ peak_memory_bytes }) => peak_memory_bytes)),
  }
}
