import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MAY_IMPORT } from '../reference/layers.ts'

const SOURCE = fileURLToPath(new URL('../src', import.meta.url))

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

const layerOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '.')

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+\.ts)'/g)].map(
    ([, path = '']) => path,
  )
  return specifiers.map((path) => relative(SOURCE, resolve(SOURCE, dirname(file), path)))
}

test('every layer imports only what the table allows', () => {
  assert.ok(files.length > 100)
  for (const file of files) {
    const layer = layerOf(file)
    for (const imported of importsOf(file)) {
      const target = layerOf(imported)
      const allowed = target === layer || (MAY_IMPORT[layer] ?? []).includes(target)
      assert.ok(allowed, `${file} (${layer}) imports ${imported} (${target})`)
    }
  }
})

test('the dashboard has types of the API, and of core what runs anywhere', () => {
  const folder = fileURLToPath(new URL('../dashboard/src', import.meta.url))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  let seen = 0
  for (const name of names.filter((each) => /\.tsx?$/.test(each))) {
    const text = readFileSync(join(folder, name), 'utf8')
    for (const [statement, path = ''] of text.matchAll(/^import [^']*'(?:\.\.\/)+src\/([^']+)'/gm)) {
      seen++
      const allowed = statement.startsWith('import type') || path.startsWith('core/')
      assert.ok(allowed, `${name} imports ${path}`)
    }
    assert.ok(text.split('\n').length <= 250, name)
  }
  assert.ok(seen > 5)
})

test('what a sync job embeds pulls in no server, no command line and no simulator', () => {
  const seen = new Set<string>()
  const queue = ['index.ts']
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    queue.push(...importsOf(file))
  }
  const foreign = [...seen].filter((file) =>
    ['api', 'cli', 'simulator', 'server', 'config', 'queue'].includes(layerOf(file)),
  )
  assert.deepEqual(foreign, [])
})

test('no file imports itself through others', () => {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return
    assert.notEqual(state.get(file), 'open', `cycle: ${[...trail, file].join(' → ')}`)
    state.set(file, 'open')
    for (const imported of importsOf(file)) visit(imported, [...trail, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
})

test('no file grows beyond what one can hold in mind', () => {
  for (const file of files) {
    const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n').length
    assert.ok(lines <= 300, `${file} has ${lines} lines`)
  }
})

test('tests have fast-check from where its seed is set, so that no run fails by chance', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const direct = names.filter((name) =>
    /^(?:im|ex)port .*'fast-check'/m.test(readFileSync(join(folder, name), 'utf8')),
  )
  assert.deepEqual(direct, ['support/fast-check.ts'])
})
