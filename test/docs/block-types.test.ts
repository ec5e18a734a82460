import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { allBlocks } from './support/all-blocks.ts'
import { ROOT } from './support/place.ts'
import { preludeFor } from './support/prelude.ts'

/** What the compiler says about programs of a user, who has the package and Node's types. */
function complaints(programs: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory()
  const modules = join(directory, 'node_modules')
  mkdirSync(join(modules, '@types'), { recursive: true })
  symlinkSync(ROOT, join(modules, 'canvas-sync-monitor'))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'))
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    lib: ['esnext'],
    types: ['node'],
    customConditions: ['canvas-sync-monitor-source'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  }
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(programs) }),
  )
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(directory, name), text)
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['-p', '.'], { cwd: directory, encoding: 'utf8' })
  rmSync(directory, { recursive: true })
  // Of what they import only the types count here; the checkout is checked by itself.
  return stdout
    .split('\n')
    .filter((line) => /^[\w-]+\.ts\(/.test(line))
    .join('\n')
}

test('each block in TypeScript is what the types of the package allow', () => {
  const programs: Record<string, string> = {}
  for (const blocks of allBlocks().values()) {
    for (const { page, line, text } of blocks.filter(
      ({ language, marker }) =>
        language === 'ts' && marker?.kind !== 'syntax_only' && marker?.kind !== 'copy_of',
    )) {
      const name = `${page.replaceAll(/\W/g, '-')}-${line}.ts`
      // A block without imports would share its names with the others.
      programs[name] = `${preludeFor(text)}${text}\nexport {}\n`
    }
  }
  assert.ok(Object.keys(programs).length >= 6)
  // One that must be found, so that silence means something.
  const wrong = 'sync.recordCourse({ created: "yes" })\nexport {}\n'
  const said = complaints({ ...programs, 'wrong.ts': `${preludeFor(wrong)}${wrong}` })
  assert.match(said, /^wrong\.ts\(\d+,\d+\): error TS2322[^\n]*$/)
})
