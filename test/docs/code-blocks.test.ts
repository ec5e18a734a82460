import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { smallCanvas } from '../cli/support/work-place.ts'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readBlocks } from './support/code-blocks.ts'
import { DocsPlace } from './support/place.ts'
import { preludeFor } from './support/prelude.ts'
import { assertShape, runBlock } from './support/run-page.ts'

const fence = '```'
const block = (language: string, text: string, marker = ''): string =>
  `${marker === '' ? '' : `<!-- checked: ${marker} -->\n`}${fence}${language}\n${text}\n${fence}\n`

const canvas = await smallCanvas()
const directory = temporaryDirectory()
mkdirSync(join(directory, 'data'))
const around = {
  canvas,
  smtp_url: (await SmtpStandIn.start()).url,
  past: { directory, token: 'of-nobody' },
}
const place = new DocsPlace(around)
after(() => place[Symbol.asyncDispose]())

/** The blocks of a page that says this, one after the other. */
async function follow(markdown: string): Promise<void> {
  for (const each of readBlocks('page.md', markdown)) await runBlock(each, place)
}

suite('what is wrong in a block is found', () => {
  const WRONG: Readonly<Record<string, readonly [markdown: string, why: RegExp]>> = {
    'an option that there is not': [
      block('sh', 'npx canvas-sync-monitor syncs list --colour'),
      /exited with 2/,
    ],
    'a command that there is not': [block('sh', 'canvas-sync-monitor sinks list'), /exited with 2/],
    'a failure in front of a pipe': [block('sh', 'npx canvas-sync-monitor analyse | cat'), /exited with 2/],
    'a failure that a later line covers up': [
      block('sh', 'npx canvas-sync-monitor nothing\ntrue'),
      /exited with 2/,
    ],
    'another program of npx': [block('sh', 'npx something-else'), /exited with 1/],
    'a script that npm has not': [block('sh', 'npm run fly'), /exited with 1/],
    'an address that there is not': [
      block('sh', "curl 'http://127.0.0.1:5000/api/canvas/metrics/sumary'"),
      /an answer was 404/,
    ],
    'a parameter that is wrong': [
      block('sh', "curl 'http://127.0.0.1:5000/api/canvas/metrics/summary?days=many'"),
      /an answer was 400/,
    ],
    'a variable that is not quoted in an address': [
      block('sh', 'curl http://127.0.0.1:5000/ping/nightly/$?rid=1'),
      /an answer was 4/,
    ],
    'a block that writes into the system': [block('sh', 'cp token.txt /etc/token'), /outside of its folder/],
    'a failure that was announced and does not come': [
      block('sh', 'true', 'exits with 1 because of nothing'),
      /the marker is not needed/,
    ],
    'an import that the package has not': [
      block('ts', "import { createMonitors } from 'canvas-sync-monitor'\ncreateMonitors()"),
      /createMonitors/,
    ],
    'a method that a sync has not': [block('ts', 'sync.recordCourses({ created: true })'), /recordCourses/],
    'JSON that is none': [block('json', '{ "a": 1, }'), /JSON/],
    'a setting that there is not': [block('json', '{ "retention": {}, "retension": {} }'), /retension/],
    'a value of a setting that is wrong': [block('json', '{ "retention": { "sync_days": 0 } }'), /sync_days/],
    'YAML that is none': [block('yaml', 'a: [1, 2'), /./],
    'a unit without a section': [block('ini', 'User=canvas-sync'), /no section/],
    'a cron line of four fields': [block('cron', '1 2 3 4 true'), /./],
    'a brace that is not closed': [block('nginx', 'server {\n listen 80;'), /./],
    'a column that there is not': [block('sql', 'select nothing from canvas_sync_metrics;'), /nothing/],
    'Python with a wrong indent': [block('python', 'if True:\nprint(1)'), /Indentation|expected an indented/],
    'a language that nothing checks': [block('cobol', 'DISPLAY 1.'), /checked by nothing/],
    'a line that is not printed': [
      block('text', 'All syncs are green.', 'printed by `npx canvas-sync-monitor syncs list`'),
      /is not printed by/,
    ],
    'an answer of another shape': [
      block('json', '{ "total": 1 }', 'printed by `curl http://127.0.0.1:5000/api/canvas/metrics/summary`'),
      /has no total/,
    ],
    'a copy that is none': [
      block('ts', 'export {}', 'copy of examples/minimal-sync.ts'),
      /it is not examples/,
    ],
  }
  for (const [name, [markdown, why]] of Object.entries(WRONG)) {
    test(name, async () => {
      await assert.rejects(follow(markdown), why)
    })
  }
})

test('what is right passes, and later blocks see what earlier ones did', async () => {
  const job =
    "import { createMonitor } from 'canvas-sync-monitor'\nawait using monitor = await createMonitor()"
  await follow(
    [
      block('js', job, 'file job.mjs'),
      block('sh', 'export WORD=kept\nnode --conditions=canvas-sync-monitor-source job.mjs'),
      block('sh', 'test "$WORD" = kept && npx canvas-sync-monitor syncs list'),
      block(
        'ts',
        "await monitor.track({ taskId, userId, syncType: 'all' }, async (sync) => sync.recordCourse({}))",
      ),
      block('sql', "select sync_status from canvas_sync_metrics where sync_status = 'completed';"),
      block('sh', 'npx canvas-sync-monitor syncs show 999', 'exits with 1 because there is none'),
      block('sh', 'curl https://monitor.example.edu/nothing', 'answers 404 because there is nothing'),
      block(
        'json',
        '{"total_syncs": 1, "recent_error": null}',
        'printed by `curl localhost:5000/api/canvas/metrics/summary`',
      ),
      block('json', '{ "sync_limits": { "default": "24h" } }'),
      block('sh', 'rm -r /etc', 'SYNTAX ONLY because nobody wants that'),
    ].join('\n'),
  )
})

test('blocks are read with their lines, languages and markers', () => {
  const blocks = readBlocks(
    'page.md',
    `# Page\n\n${block('SH', 'ls')}\n- in a list:\n\n  ${fence}sql\n  select 1;\n  ${fence}\n\n${block('sh', 'x', 'SYNTAX ONLY because\nof two lines')}`,
  )
  assert.deepEqual(
    blocks.map(({ line, language, text, marker }) => [line, language, text, marker?.kind]),
    [
      [3, 'sh', 'ls\n', undefined],
      [9, 'sql', 'select 1;\n', undefined],
      [15, 'sh', 'x\n', 'syntax_only'],
    ],
  )
  assert.throws(() => readBlocks('page.md', `${fence}sh\nls\n`), /page.md:1: the block does not end/)
  assert.throws(() => readBlocks('page.md', block('sh', 'ls', 'never')), /none that the block runner knows/)
  assert.equal(readBlocks('page.md', `<!-- a note -->\n${block('sh', 'ls')}`)[0]?.marker, null)
})

test('a block gets what it does not make itself, and nothing else', () => {
  assert.equal(
    preludeFor("import { createMonitor } from 'canvas-sync-monitor'\nconst monitor = await createMonitor()"),
    '',
  )
  assert.match(preludeFor('await monitor.close()'), /^import \{ createMonitor \}[^]*using monitor/)
  assert.match(preludeFor('sync.progress({ percent: 1 })'), /const sync = await monitor\.startSync/)
  assert.doesNotMatch(preludeFor('await monitor.track({}, async (sync) => sync.toJSON())'), /const sync/)
  assert.doesNotMatch(preludeFor("fetch('/token')"), /const token/)
})

test('shapes are compared by names and types', () => {
  const real = { a: 1, b: [{ c: 'x' }], d: null }
  assertShape(real, { a: 2, b: [{ c: 'y' }], d: 'anything' }, 'it')
  assert.throws(() => {
    assertShape(real, { a: '1' }, 'it')
  }, /another type/)
  assert.throws(() => {
    assertShape(real, { b: [{ e: 1 }] }, 'it')
  }, /has no e/)
  assert.throws(() => {
    assertShape(real, { a: [1] }, 'it')
  }, /is no list/)
})

test('the stand-ins are a shell script without a mistake in its syntax', async () => {
  const text = readFileSync(new URL('support/stand-ins.sh', import.meta.url), 'utf8')
  await runBlock(
    { page: 'page.md', line: 1, language: 'sh', text, marker: { kind: 'syntax_only', because: 'it' } },
    place,
  )
})
