import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Scan } from './support/scan.ts'

const NAME = "Zwë-Anaïs d'Tŷf"
const scan = new Scan([
  { name: 'her', text: NAME },
  { name: 'another', text: 'Nobody Else' },
])

const FORMS: Readonly<Record<string, (text: string) => string | Buffer>> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()),
  'percent-encoded': encodeURIComponent,
  'as a form': (text) => new URLSearchParams({ q: text }).toString().replaceAll('%27', "'"),
  'escaped in JSON': (text) =>
    text
      .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replace("'", '\\u0027'),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'as the numbers of a Buffer': (text) => JSON.stringify(Buffer.from(text)),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64 after one byte': (text) => Buffer.from(`x${text}.`).toString('base64'),
  'in base64url after two bytes': (text) => Buffer.from(`xy${text}..`).toString('base64url'),
}

describe('the search for what must not be there', () => {
  for (const [form, write] of Object.entries(FORMS)) {
    it(`finds a name ${form}`, () => {
      const bytes = Buffer.concat([Buffer.from('before '), Buffer.from(write(NAME)), Buffer.from(' after')])
      assert.equal(scan.find(bytes).length > 0, true)
      assert.deepEqual(
        scan.find(bytes).filter((found) => !found.startsWith('her: ')),
        [],
      )
    })
  }

  it('finds nothing where nothing is, and cannot look into what is compressed', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('Z'),
      Buffer.from(NAME.slice(0, -1)),
      gzipSync(NAME.repeat(9)),
    ]) {
      assert.deepEqual(scan.find(bytes), [])
    }
  })
})
