import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from '../support/fast-check.ts'
import { Client } from 'pg'
import { valuesOfPacked } from '../../src/store/sql/lists/packed-row.ts'
import { startPostgres } from '../support/postgres-server.ts'

const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
})

/** Of the signs that a packed row treats in another way than letters. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ',', '(', ')', ' ', '\n', '\t', 'a', 'ü', '\u00a0', '😀'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }).filter((sign) => !sign.includes('\0')),
  ),
  maxLength: 8,
})
const values = fc.array(
  fc.oneof(fc.constant(null), text, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.maxSafeInteger()),
  { minLength: 1, maxLength: 12 },
)

describe('a packed row', () => {
  it('has the values that PostgreSQL was given, whatever signs are in them', async () => {
    const server = await startPostgres()
    const client = new Client({ connectionString: server.url })
    await client.connect()
    closing.push(() => client.end())
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const types = given.map((value) => (typeof value === 'number' ? 'double precision' : 'text'))
        const { rows } = await client.query<{ packed: string }>(
          `select row(${types.map((type, index) => `$${index + 1}::${type}`).join(', ')})::text as packed`,
          given,
        )
        const is_number = given.map((value) => typeof value === 'number')
        assert.deepEqual(
          valuesOfPacked(rows[0]?.packed ?? '', is_number),
          given.map((value) => (value === 0 ? 0 : value)),
        )
      }),
      { numRuns: 500 },
    )
  })
})
