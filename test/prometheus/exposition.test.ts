import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { acceptedFormat } from '../../src/prometheus/accepted-format.ts'
import { openMetricsExposition, textExposition } from '../../src/prometheus/exposition.ts'
import {
  each,
  histogramSamples,
  single,
  type Labels,
  type MetricFamily,
} from '../../src/prometheus/metric-family.ts'
import { histogramFaults, ordered, readExposition } from './support/read-exposition.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', '{', '}', ',', '=', ' ', '#', 'é', '😀') }),
)
const anyNumber = fc.oneof(
  fc.nat(),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0.1, 1e21, 1e-7, Number.MAX_SAFE_INTEGER),
)
const labelName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/).filter((name) => name !== 'le')
const labels: fc.Arbitrary<Labels> = fc
  .dictionary(labelName, anyText, { maxKeys: 3 })
  .map((given) => ({ ...given }))
const series = fc.uniqueArray(fc.record({ labels, value: anyNumber }), {
  maxLength: 5,
  selector: ({ labels: of }) => JSON.stringify(ordered(of)),
})

const plainFamily = (name: string): fc.Arbitrary<MetricFamily> =>
  fc
    .record({
      type: fc.constantFrom<'counter' | 'gauge' | 'info'>('counter', 'gauge', 'info'),
      help: anyText,
      samples: series,
    })
    .map(({ type, ...rest }) => {
      const suffix = { counter: '_total', gauge: '', info: '_info' }[type]
      return { name: name + suffix, type, ...rest }
    })

const LIMITS = [0.5, 1, 10]
const histogram = (name: string): fc.Arbitrary<MetricFamily> =>
  fc
    .record({ help: anyText, of: labels, values: fc.array(fc.double({ min: 0, max: 100, noNaN: true })) })
    .map(({ help, of, values }) => {
      const exemplars = new Map(
        values.map((value) => {
          const within = LIMITS.findIndex((limit) => value <= limit)
          const index = within === -1 ? LIMITS.length : within
          return [index, { labels: { sync_id: '7' }, value, at: 1_795_350_000_123 }]
        }),
      )
      const at_most = LIMITS.map((limit) => values.filter((value) => value <= limit).length)
      const sum = values.reduce((total, value) => total + value, 0)
      const distribution = { labels: of, at_most, count: values.length, sum, exemplars }
      return { name, type: 'histogram', help, samples: histogramSamples(distribution, LIMITS) }
    })

const families = fc
  .tuple(plainFamily('a'), plainFamily('b'), histogram('c'), plainFamily('d'))
  .map((given): readonly MetricFamily[] => given)

const same = (a: number, b: number): boolean => Object.is(a, b) || a === b

describe('the text formats', () => {
  it('are read back as what was told, whatever letters and numbers are in it', () => {
    fc.assert(
      fc.property(families, (given) => {
        for (const format of ['text', 'openmetrics'] as const) {
          const text = format === 'text' ? textExposition(given) : openMetricsExposition(given)
          const read = readExposition(text, format)
          const told = given.filter(({ samples }) => samples.length > 0)
          assert.deepEqual(
            read.families.map(({ help }) => help),
            told.map(({ help }) => help),
          )
          const samples = told.flatMap((family) => family.samples.map((sample) => ({ family, sample })))
          assert.equal(read.samples.length, samples.length)
          for (const [index, { family, sample }] of samples.entries()) {
            const found = read.samples[index]
            assert.equal(found?.name, family.name + (sample.suffix ?? ''))
            assert.deepEqual(found.labels, sample.labels)
            assert.ok(same(found.value, sample.value))
            if (format === 'text') continue
            assert.equal(found.exemplar?.value ?? null, sample.exemplar?.value ?? null)
            assert.equal(found.exemplar?.at, sample.exemplar === undefined ? undefined : 1_795_350_000.123)
          }
          for (const family of read.families.filter(({ type }) => type === 'histogram'))
            assert.deepEqual(histogramFaults(family), [])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('name and describe a family in their own way', () => {
    const given = [
      single({ name: 'x_total', type: 'counter', help: 'A "b" \\ c\nd.' }, 3),
      single({ name: 'y_seconds', type: 'gauge', unit: 'seconds', help: 'Y.' }, 1.5),
      each(
        { name: 'z_info', type: 'info', help: 'Z.' },
        ['1'],
        (version) => ({ version }),
        () => 1,
      ),
      single({ name: 'nothing', type: 'gauge', help: 'Nothing.' }, null),
    ]
    assert.equal(
      textExposition(given),
      '# HELP x_total A "b" \\\\ c\\nd.\n# TYPE x_total counter\nx_total 3\n' +
        '# HELP y_seconds Y.\n# TYPE y_seconds gauge\ny_seconds 1.5\n' +
        '# HELP z_info Z.\n# TYPE z_info gauge\nz_info{version="1"} 1\n',
    )
    assert.equal(
      openMetricsExposition(given),
      '# TYPE x counter\n# HELP x A \\"b\\" \\\\ c\\nd.\nx_total 3\n' +
        '# TYPE y_seconds gauge\n# UNIT y_seconds seconds\n# HELP y_seconds Y.\ny_seconds 1.5\n' +
        '# TYPE z info\n# HELP z Z.\nz_info{version="1"} 1\n# EOF\n',
    )
  })

  it('have a reader that finds what is wrong', () => {
    const wrong = [
      'x 1',
      '# TYPE x gauge\nx 1\nx 1\n',
      '# TYPE x gauge\nx{a="1"} 1\n# TYPE y gauge\ny 1\n# TYPE x gauge\nx 2\n',
      '# TYPE x gauge\n# TYPE x gauge\nx 1\n',
      '# TYPE x gauge\nx{a="\\t"} 1\n',
      '# TYPE x gauge\nx{a="1",a="2"} 1\n',
      '# TYPE x gauge\nx one\n',
      '# TYPE x gauge\ny 1\n',
    ]
    for (const text of wrong) assert.throws(() => readExposition(text, 'text'), Error, text)
    const buckets = (counts: readonly number[], count: number): string[] =>
      histogramFaults(
        readExposition(
          `# TYPE h histogram\n${['1.0', '2.0', '+Inf'].map((le, index) => `h_bucket{le="${le}"} ${counts[index]}\n`).join('')}h_sum 1\nh_count ${count}\n`,
          'text',
        ).families[0] ?? { name: '', type: null, help: null, unit: null, samples: [] },
      )
    assert.deepEqual(buckets([1, 2, 3], 3), [])
    assert.equal(buckets([1, 2, 3], 4).length, 1)
    assert.equal(buckets([3, 2, 3], 3).length, 1)
  })
})

describe('the format that a scraper gets', () => {
  const V2 =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
  const V3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  const table: readonly (readonly [string | null, 'text' | 'openmetrics'])[] = [
    [null, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    ['text/plain', 'text'],
    [V2, 'openmetrics'],
    [V3, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0', 'text'],
    ['application/openmetrics-text;q=0.2, text/plain;q=0.9', 'text'],
    ['text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.5', 'openmetrics'],
    ['application/openmetrics-text;q=nonsense', 'text'],
    ['APPLICATION/OPENMETRICS-TEXT;VERSION=1.0.0', 'openmetrics'],
  ]
  for (const [accept, format] of table) {
    it(`is ${format} for ${accept ?? 'no Accept at all'}`, () => {
      assert.equal(acceptedFormat(accept), format)
    })
  }
})
