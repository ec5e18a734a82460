import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DumpReader, type DumpRow } from '../../src/earlier/dump/dump-reader.ts'
import { DumpSource } from '../../src/earlier/dump/dump-source.ts'
import { GrowingText } from '../../src/earlier/dump/growing-text.ts'
import type { EarlierPage } from '../../src/earlier/earlier-source.ts'
import type { SourceValue } from '../../src/earlier/rows/earlier-value.ts'
import { openStore } from '../../src/store/open-store.ts'
import fc from '../support/fast-check.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { importFrom } from './support/earlier-import.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const TABLE = 'canvas_sync_metrics'

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function rowsOf(text: string, piece = 7, table = TABLE): Promise<DumpRow[]> {
  const rows: DumpRow[] = []
  for await (const row of new DumpReader(new GrowingText(inPieces(text, piece)), table).rows()) rows.push(row)
  return rows
}

const valuesOf = async (text: string, piece?: number): Promise<unknown[]> =>
  (await rowsOf(text, piece)).map(({ values }) => values)

async function pagesOf(
  path: string,
  table = TABLE,
): Promise<{ pages: EarlierPage[]; notes: readonly string[] }> {
  await using source = await DumpSource.open(path, table)
  const pages: EarlierPage[] = []
  for await (const page of source.pages(new AbortController().signal)) pages.push(page)
  return { pages, notes: source.notes() }
}

/** As MySQL writes a value. */
function written(value: SourceValue, style: 'backslash' | 'standard'): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'false'
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  const text = String(value)
  if (style === 'standard') return `'${text.replaceAll("'", "''")}'`
  const escaped = text.replaceAll(/[\\'"\0\n\r\u001a]/g, (sign) =>
    sign === '\0'
      ? '\\0'
      : sign === '\n'
        ? '\\n'
        : sign === '\r'
          ? '\\r'
          : sign === '\u001a'
            ? '\\Z'
            : `\\${sign}`,
  )
  return `'${escaped}'`
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
  fc
    .array(
      fc.constantFrom("'", '\\', '"', '`', ',', '(', ')', ';', '--', ' ', '\n', '/*', '*/', '#', '$', 'é'),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
)
const anyValue: fc.Arbitrary<SourceValue> = fc.oneof(
  anyText,
  fc.integer(),
  fc.constant(null),
  fc.boolean(),
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
)

describe('a dump', () => {
  it('gives the rows that were written, however it is cut and whatever they hold', async () => {
    const anyRows = fc.array(fc.tuple(anyValue, anyValue, anyText), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        anyRows,
        fc.constantFrom('backslash' as const, 'standard' as const),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        fc.constantFrom('', '\n', ' /* between */ ', '\n-- a line\n'),
        async (rows, style, piece, complete, between) => {
          const tuples = rows.map((row) => `(${row.map((value) => written(value, style)).join(', ')})`)
          const names = complete ? ' (`a`, `b`, `c;`)' : ''
          const head = style === 'standard' ? '-- PostgreSQL database dump\n' : '-- MySQL dump 10.13\n'
          const quote = style === 'standard' ? '"' : '`'
          const text = `${head}CREATE TABLE ${TABLE} (a int, b int, c text, PRIMARY KEY (a, b));
            INSERT INTO others VALUES ('${TABLE} VALUES (1)', ');');
            INSERT INTO ${TABLE}${names.replaceAll('`', quote)} VALUES ${between}${tuples.join(`${between},${between}`)}${between};
            INSERT INTO ${TABLE}_old VALUES (1, 2, 3);`
          const read = await valuesOf(text, piece)
          assert.deepEqual(read, rows)
        },
      ),
      { numRuns: process.env['LONG_TESTS'] === '1' ? 20_000 : 400 },
    )
  })

  it('of MariaDB gives what the server said', async () => {
    const expected = readFileSync(join(FIXTURES, 'mariadb-rows.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown[])
    for (const file of ['mariadb-dump.sql', 'mariadb-dump-complete.sql.gz']) {
      const { pages, notes } = await pagesOf(join(FIXTURES, file))
      assert.deepEqual(notes, [], file)
      const rows = pages.flatMap(({ columns, rows }) => rows.map((row) => shown(columns, row)))
      assert.deepEqual(rows, expected, file)
    }
  })

  it('of MariaDB is imported with all its values', async () => {
    await using store = await openStore(`sqlite:${temporaryDirectory()}/dump.db`)
    const report = await importFrom(join(FIXTURES, 'mariadb-dump.sql'), store, { keep_error_messages: true })
    assert.deepEqual(report.statuses, { completed: 46, failed: 8, lost: 6 })
    assert.equal(report.rows.imported, 60)
    assert.deepEqual(report.columns.unknown, ['snapshot', 'course_count'])
    const texts = await store.syncs.getSync(17)
    assert.equal(texts?.error_message, 'ü € 🎓 字')
    const sync = await store.syncs.getSync(11)
    assert.deepEqual(sync?.sync_metadata, { scope: 'te"rm\\', n: 11 })
    assert.equal(sync?.sync_start_time, Date.parse('2026-03-01T21:00:00.123Z'))
    assert.equal(sync?.incremental_sync, true)
    assert.equal((await store.syncs.getSync(3))?.use_pagination, true)
    assert.equal(sync?.use_pagination, false)
    const again = await importFrom(join(FIXTURES, 'mariadb-dump-complete.sql.gz'), store, {
      keep_error_messages: true,
    })
    assert.equal(again.rows.unchanged, 60)
  })

  it('tells bytes, bits, national texts and large numbers', async () => {
    const text = `INSERT INTO ${TABLE} (a,b,c,d,e,f,g) VALUES
      (0xDEADbeef, b'101', N'x', _utf8mb4'y', _binary 0x00ff, 12345678901234567890, X'0a');`
    assert.deepEqual(await valuesOf(text), [
      [
        Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
        5,
        'x',
        'y',
        Uint8Array.of(0, 0xff),
        '12345678901234567890',
        Uint8Array.of(10),
      ],
    ])
  })

  it('says nothing of what only a database could compute, and goes on behind it', async () => {
    const text = `INSERT INTO ${TABLE} (a,b,c) VALUES (now(6), concat('a)', "b", (1)), 3), ('{}'::jsonb, 2, 3)`
    assert.deepEqual(await valuesOf(`-- PostgreSQL database dump\n${text};`), [
      [undefined, undefined, 3],
      ['{}', 2, 3],
    ])
  })

  it('leaves alone procedures, triggers, views and what stands in comments', async () => {
    const text = `# a comment; INSERT INTO ${TABLE} (a) VALUES (1);
      /* INSERT INTO ${TABLE} (a) VALUES (2); */
      DELIMITER ;;
      /*!50003 CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN INSERT INTO ${TABLE} (a) VALUES (3); END */;;
      DELIMITER ;
      /*!50001 CREATE VIEW v AS SELECT ';' */;
      /*M!999999 INSERT INTO ${TABLE} (a) VALUES (4); */
      INSERT INTO ${TABLE} (a) SELECT 5;
      /*!40000 INSERT INTO ${TABLE} (a) VALUES (6) */;
      INSERT IGNORE INTO earlier.${TABLE} (a) VALUES (7) ON DUPLICATE KEY UPDATE a = VALUES (a);
      REPLACE INTO \`${TABLE}\` (a) VALUES (8);`.replaceAll('      DELIMITER', 'DELIMITER')
    for (const piece of [1, 3, 1000]) assert.deepEqual(await valuesOf(text, piece), [[6], [7], [8]])
  })

  it('of PostgreSQL is read from COPY, its functions left alone', async () => {
    const text = `--
-- PostgreSQL database dump
--
SET client_encoding = 'UTF8';
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $_$ begin insert into ${TABLE} values (1); end; $_$;
CREATE TABLE public.${TABLE} (
    id integer NOT NULL,
    error_message text DEFAULT 'a\\'::text,
    flag boolean
);
COPY public.other (id) FROM stdin;
1
\\.
COPY public.${TABLE} (id, error_message, flag) FROM stdin;
1\ttab\\there\\nline \\\\ end\tt
2\t\\N\tf
4\tof two fields
\\.
COPY public.${TABLE} (id, error_message, flag) FROM stdin WITH (FORMAT csv);
5,"in another form",t
\\.
INSERT INTO public.${TABLE} VALUES (3, E'it\\'s\\n', true);
`
    for (const piece of [1, 5, 4096]) {
      assert.deepEqual(await valuesOf(text, piece), [
        ['1', 'tab\there\nline \\ end', 't'],
        ['2', null, 'f'],
        [3, "it's\n", true],
      ])
    }
  })

  it('is found by the table of one database among several', async () => {
    const of = (name: string): string => `INSERT INTO \`${name}\`.\`${TABLE}\` (a) VALUES ('${name}');`
    const rows = await rowsOf(of('north') + of('south'), 50, `south.${TABLE}`)
    assert.deepEqual(
      rows.map(({ values }) => values),
      [['south']],
    )
  })

  it('that ends early gives what is whole, and says so', async () => {
    const whole = readFileSync(join(FIXTURES, 'mariadb-dump.sql'), 'utf8')
    const cut = join(temporaryDirectory(), 'cut.sql')
    writeFileSync(cut, whole.slice(0, whole.indexOf('(40,') + 30))
    const { pages, notes } = await pagesOf(cut)
    assert.equal(
      pages.reduce((sum, { rows }) => sum + rows.length, 0),
      39,
    )
    assert.deepEqual(notes, ['ends_early'])
    const packed = join(temporaryDirectory(), 'cut.sql.gz')
    writeFileSync(packed, gzipSync(whole).subarray(0, 2000))
    await assert.rejects(pagesOf(packed), /damaged or was cut off/)
  })

  it('is read in other character sets, as the dump names them', async () => {
    const text = `SET NAMES latin1;\nINSERT INTO ${TABLE} (a) VALUES ('Zürich');`
    const latin = join(temporaryDirectory(), 'latin.sql')
    writeFileSync(latin, Buffer.from(text, 'latin1'))
    assert.deepEqual((await pagesOf(latin)).pages[0]?.rows, [['Zürich']])
    const wide = join(temporaryDirectory(), 'wide.sql')
    writeFileSync(wide, Buffer.from(`\ufeff${text.replace('latin1', 'utf8')}`, 'utf16le'))
    assert.deepEqual((await pagesOf(wide)).pages[0]?.rows, [['Zürich']])
  })

  it('tells a wrong file and a wrong table', async () => {
    const file = join(temporaryDirectory(), 'custom.dump')
    writeFileSync(file, 'PGDMP…')
    await assert.rejects(pagesOf(file), { next_step: /pg_restore/ })
    await assert.rejects(pagesOf(join(FIXTURES, 'mariadb-dump.sql'), 'sync_runs'), {
      code: 'not_found_locally',
    })
    await assert.rejects(rowsOf(`INSERT INTO ${TABLE} VALUES (1);`), { next_step: /--complete-insert/ })
  })

  it('of one statement of any length needs no more memory than a row', async () => {
    const row = `(1, '${'x'.repeat(1000)}'),`
    let given = 0
    async function* long(): AsyncGenerator<string> {
      yield `INSERT INTO ${TABLE} (a, b) VALUES `
      for (; given < 20_000; given++) yield row
      yield `(2, 'end');`
    }
    const text = new GrowingText(long())
    let rows = 0
    let most = 0
    for await (const _ of new DumpReader(text, TABLE).rows()) {
      rows++
      most = Math.max(most, text.text.length)
    }
    assert.equal(rows, 20_001)
    assert.ok(most < 200_000, String(most))
  })
})

const COLUMNS = [
  'id',
  'user_id',
  'sync_task_id',
  'sync_start_time',
  'sync_end_time',
  'total_duration_seconds',
  'sync_status',
  'error_message',
  'courses_processed',
  'assignments_processed',
  'api_calls_made',
  'total_api_duration_ms',
  'incremental_sync',
  'use_pagination',
  'sync_metadata',
]

/** A row in the form in which the server was asked for it. */
function shown(columns: readonly string[], row: readonly SourceValue[]): unknown[] {
  return COLUMNS.map((name) => {
    const value = row[columns.indexOf(name)]
    if (name === 'sync_metadata' && typeof value === 'string') return JSON.parse(value) as unknown
    if (name === 'use_pagination') return value instanceof Uint8Array ? value[0] : bitOf(value)
    return value
  })
}

const bitOf = (value: SourceValue): number => (value === '\u0001' || value === 1 ? 1 : 0)
