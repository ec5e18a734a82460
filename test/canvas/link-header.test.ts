import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { nextLink, parseLinkHeader } from '../../src/canvas/index.ts'

const LIVE =
  '<https://a.test/api/v1/x?page=first&per_page=2>; rel="current",' +
  '<https://a.test/api/v1/x?page=bookmark:WyJjbHVzdGVyIiwiMjAyMi0wMi0yMiAxMTo1NzoyOSAtMDYwMCJd&per_page=2>; rel="next",' +
  '<https://a.test/api/v1/x?page=first&per_page=2>; rel="first"'

describe('Link header', () => {
  it('finds next in what Canvas sends, byte for byte', () => {
    assert.equal(
      nextLink(LIVE),
      'https://a.test/api/v1/x?page=bookmark:WyJjbHVzdGVyIiwiMjAyMi0wMi0yMiAxMTo1NzoyOSAtMDYwMCJd&per_page=2',
    )
  })

  const cases: [name: string, header: string, next: string | null][] = [
    ['comma and semicolon inside the address', '<https://a/x?a=1,2;3>; rel=next', 'https://a/x?a=1,2;3'],
    [
      'comma and semicolon inside quotes',
      '<https://a/1>; title="a, <b>; rel=next"; rel="next"',
      'https://a/1',
    ],
    ['a quote escaped inside quotes', '<https://a/1>; title="\\", <https://evil/>"; rel=next', 'https://a/1'],
    ['rel in capitals', '<https://a/1>; REL="NEXT"', 'https://a/1'],
    ['several relations in one', '<https://a/1>; rel="last next"', 'https://a/1'],
    ['a relation that only begins alike', '<https://a/1>; rel="nextish"', null],
    ['spaces everywhere', ' , <https://a/1> ; rel = "next" , ', 'https://a/1'],
    ['the first rel counts, not the second', '<https://a/1>; rel=prev; rel=next', null],
    ['a link about another page', '<https://a/1>; rel=next; anchor="#other"', null],
    ['rubbish before a good entry', 'what; is="this, <x>; rel=next", <https://a/1>; rel=next', 'https://a/1'],
    ['rubbish between parameters', '<https://a/1> zz; ==; rel=next', 'https://a/1'],
    ['no closing bracket', '<https://a/1; rel=next', null],
    ['no closing quote', '<https://a/1>; rel="next', 'https://a/1'],
    ['nothing', '', null],
  ]
  for (const [name, header, next] of cases) {
    it(`reads ${name}`, () => {
      assert.equal(nextLink(header), next)
    })
  }

  it('reads back whatever was written', () => {
    const uri = fc
      .string({ unit: fc.constantFrom(...'abc/?&=,;:%"+~ \'('.split('')) })
      .map((text) => text.trim())
    const title = fc.string()
    const link = fc.record({ uri, title, rel: fc.constantFrom('next', 'prev', 'first', 'last', 'current') })
    fc.assert(
      fc.property(fc.array(link), (links) => {
        const header = links
          .map(
            ({ uri, title, rel }) => `<${uri}>; title="${title.replaceAll(/[\\"]/g, '\\$&')}"; rel="${rel}"`,
          )
          .join(',')
        const read = parseLinkHeader(header)
        assert.deepEqual(
          read.map((entry) => ({ uri: entry.uri, title: entry.params.get('title'), rel: entry.rel[0] })),
          links.map((link) => ({ ...link })),
        )
      }),
    )
  })

  it('never throws on rubbish', () => {
    const rubbish = fc.string({ unit: fc.constantFrom(...'<>;,="\\ \trelnext'.split('')) })
    fc.assert(
      fc.property(fc.oneof(rubbish, fc.string({ unit: 'binary' })), (header) => {
        parseLinkHeader(header)
      }),
    )
  })

  for (const unit of ['<', '<a>;', '"', ';', '<a>;b="', ',', '\\"', '<a> "']) {
    it(`takes linear time over ${JSON.stringify(unit)} a hundred thousand times`, () => {
      const started = performance.now()
      parseLinkHeader(unit.repeat(100_000))
      assert.ok(performance.now() - started < 1000)
    })
  }
})
