import assert from 'node:assert/strict'
import { test } from 'node:test'
import { architecturePage, levelsOf } from '../../reference/architecture.ts'
import { LAYER_WORDS, MAY_IMPORT } from '../../reference/layers.ts'
import { compactJson, table } from '../../reference/markdown.ts'
import { referencePages } from '../../reference/pages.ts'
import { RULES_OF_MEMBERS } from './support/setting-members.ts'
import { MEMBER_DEFAULT_TEXTS } from '../../src/config/member-default-texts.ts'
import { SETTINGS } from '../../src/config/setting-list.ts'
import { loadConfig } from '../../src/config/config.ts'
import { readPage } from './support/all-blocks.ts'

for (const [page, text] of Object.entries(await referencePages())) {
  test(`${page} is what the program says of itself now`, () => {
    assert.equal(readPage(page), text, 'Run npm run docs.')
  })
}

test('each example of a setting is a value that is taken', async () => {
  for (const { name, example, environment } of SETTINGS) {
    const value: unknown = example.startsWith('{') ? JSON.parse(example) : example
    if (example.includes('…')) continue
    const by_environment = environment === null ? {} : { [environment]: example }
    const flags = environment === null ? { [name]: value as object } : {}
    const config = await loadConfig({ flags, environment: by_environment, file: undefined })
    assert.notEqual(config[name], undefined, name)
  }
})

test('the members of a setting that the reference names are those that it has', async () => {
  for (const { name, members } of SETTINGS) {
    const rule = RULES_OF_MEMBERS[name]
    assert.equal(rule === undefined, members === undefined, `${name} has members here and not there`)
    for (const member of Object.keys(members ?? {})) {
      const value = rule?.(member)
      await assert.doesNotReject(
        loadConfig({ flags: { [name]: value }, environment: {}, file: undefined }),
        member,
      )
    }
    if (rule === undefined) continue
    const unknown = rule('no_such_member')
    await assert.rejects(loadConfig({ flags: { [name]: unknown }, environment: {}, file: undefined }), name)
  }
})

test('a default of a member is told of one that there is, and stands nowhere else', () => {
  for (const { name, members = {}, default_value } of SETTINGS) {
    for (const member of Object.keys(MEMBER_DEFAULT_TEXTS[name] ?? {})) {
      assert.ok(Object.hasOwn(members, member), `${name}.${member}`)
      assert.ok(!Object.hasOwn(default_value as object, member), `${name}.${member} has a default of its own`)
    }
  }
})

test('no example of an answer has a text that stands for any', () => {
  const [, route] = /### (.+)\n(?:(?!\n### )[^])*?"text"/.exec(readPage('docs/reference/http-api.md')) ?? []
  assert.equal(
    route,
    undefined,
    'Give the member a value in src/api/http/example-values.ts or example-places.ts.',
  )
})

test('a layer stands above all that it may import', () => {
  const levels = levelsOf(MAY_IMPORT)
  const level = new Map(levels.flatMap((layers, at) => layers.map((layer) => [layer, at] as const)))
  for (const [layer, imported] of Object.entries(MAY_IMPORT).filter(([name]) => name !== '.')) {
    assert.ok(layer in LAYER_WORDS, `${layer} has no words in reference/layers.ts`)
    for (const other of imported.filter((name) => name !== '.')) {
      assert.ok((level.get(other) ?? 0) < (level.get(layer) ?? 0), `${layer} above ${other}`)
    }
  }
})

test('a page without a place for a picture is told', () => {
  assert.throws(() => architecturePage('# Architecture\n'), /no place for layers/)
})

test('tables and JSON are written as people write them', () => {
  assert.deepEqual(table(['a'], [['x|y\nz']]), ['| a |', '|---|', '| x\\|y z |', ''])
  assert.equal(compactJson({ a: [1, { b: null }] }), '{"a": [1, {"b": null}]}')
  const long = { first: 'x'.repeat(60), second: 'y'.repeat(60) }
  assert.equal(compactJson(long).split('\n').length, 4)
  assert.deepEqual(JSON.parse(compactJson(long)), long)
})
