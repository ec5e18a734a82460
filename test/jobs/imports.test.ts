import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SCRIPT = `
const loaded = new Set()
process.getBuiltinModule('node:module').registerHooks({
  load(url, context, next) { loaded.add(url); return next(url, context) },
})
await import('canvas-sync-monitor/jobs')
console.log(JSON.stringify([...loaded]))`

test('the helpers load neither a server nor any library of jobs', () => {
  const args = ['--conditions=canvas-sync-monitor-source', '--input-type=module', '-e', SCRIPT]
  const loaded = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })) as string[]
  const folders = new Set(loaded.map((url) => /\/src\/([\w-]+)\//.exec(url)?.[1] ?? url))
  assert.ok(folders.has('jobs') && folders.has('tracker'))
  for (const folder of folders)
    assert.match(folder, /^(?:core|jobs|remote|tracker|logs|canvas|telemetry|files|node:[\w/]+)$/)
  assert.ok(loaded.length < 80, `${loaded.length} modules`)
})
