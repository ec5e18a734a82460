import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'

const FOLDER = new URL('../../../../dashboard/src/style/', import.meta.url)

/** The lines of all files of the style but these that a form fits. */
async function linesWith(form: RegExp, ...but: readonly string[]): Promise<string[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.css') && !but.includes(name))
  assert.ok(names.length > 10)
  const found = await Promise.all(
    names.map(async (name) => {
      const lines = (await readFile(new URL(name, FOLDER), 'utf8')).split('\n')
      return lines.filter((line) => form.test(line)).map((line) => `${name}: ${line.trim()}`)
    }),
  )
  return found.flat()
}

test('texts have sizes of one scale', async () => {
  // Paper is measured in points.
  assert.deepEqual(await linesWith(/font-size:(?! (?:var\(--size-[a-z]+\)|inherit);)/, 'print.css'), [])
})

test('a colour has a name, by what it means', async () => {
  assert.deepEqual(await linesWith(/#[0-9a-f]{3,8}\b(?!.*\{)|\b(?:rgb|hsl|oklch)\(/i, 'colours.css'), [])
})
