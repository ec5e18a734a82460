import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const FOLDER = new URL('../../dashboard/dist/', import.meta.url)
const INITIAL_SCRIPT_BYTES = 150_000
const STYLE_BYTES = 20_000

const read = (name: string): Promise<string> => readFile(new URL(`.${name}`, FOLDER), 'utf8')

const weigh = async (names: Iterable<string>): Promise<number> => {
  const files = await Promise.all([...names].map((name) => read(name)))
  return files.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
}

/** What a browser loads before it shows anything: what the page names, and what those import, and so on. */
async function initialScripts(): Promise<Set<string>> {
  const html = await read('/index.html')
  const found = new Set(
    [...html.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+\.js)"/g)].map(([, name]) => name ?? ''),
  )
  // A set goes on with what is added while it is gone through.
  for (const name of found) {
    const text = await read(name)
    const imports = text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.\/[^"']+\.js)["']/g)
    for (const [, imported = ''] of imports) found.add(posix.join(posix.dirname(name), imported))
  }
  return found
}

test(`the script that comes first is at most ${INITIAL_SCRIPT_BYTES} bytes, compressed`, async (t) => {
  const names = await initialScripts()
  assert.ok(names.size > 0)
  const bytes = await weigh(names)
  t.diagnostic(`${bytes} bytes in ${names.size} files`)
  assert.ok(bytes <= INITIAL_SCRIPT_BYTES, `${bytes} bytes: ${[...names].join(', ')}`)
})

test(`all style together is at most ${STYLE_BYTES} bytes, compressed`, async (t) => {
  const names = (await readdir(new URL('assets/', FOLDER))).filter((name) => name.endsWith('.css'))
  assert.ok(names.length > 0)
  const bytes = await weigh(names.map((name) => `/assets/${name}`))
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes <= STYLE_BYTES, `${bytes} bytes`)
})

test('each page but the first has a script of its own, which does not come before it is opened', async () => {
  const initial = await initialScripts()
  const names = await readdir(new URL('assets/', FOLDER))
  for (const page of [
    'syncs',
    'sync',
    'errors',
    'incidents',
    'incident',
    'schedules',
    'notifications',
    'reports',
    'performance',
    'logs',
    'users',
    'user',
    'system',
  ]) {
    const own = names.find((name) => name.startsWith(`${page}-page-`) && name.endsWith('.js'))
    assert.ok(own !== undefined, `${page} has none`)
    assert.ok(!initial.has(`/assets/${own}`), `${own} comes at once`)
  }
})
