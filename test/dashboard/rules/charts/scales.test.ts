import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { scaleText, unitText, type ChartUnit } from '../../../../dashboard/src/charts/chart-lines.ts'
import { valueTicks } from '../../../../dashboard/src/charts/value-scale.ts'

suite('the values beside a chart', () => {
  const cases: readonly [highest: number, unit: ChartUnit, texts: string][] = [
    [0, 'count', '0 1'],
    [1, 'count', '0 1'],
    [3, 'count', '0 1 2 3'],
    [4, 'count', '0 1 2 3 4'],
    [5, 'count', '0 2 4 6'],
    [100, 'count', '0 50 100'],
    [37_000, 'count', '0 10K 20K 30K 40K'],
    [96.5, 'percent', '0|50 %|100 %'],
    [0.3, 'seconds', '0|100 ms|200 ms|300 ms'],
    [70, 'seconds', '0|30 s|1 min|1 min 30 s'],
    [5000, 'seconds', '0|30 min|1 h|1 h 30 min'],
    [400_000, 'seconds', '0|2 d|4 d|6 d'],
    [900, 'milliseconds', '0|500 ms|1 s'],
    [9000, 'milliseconds', '0|5 s|10 s'],
    [0.8, 'milliseconds', '0|0.2 ms|0.4 ms|0.6 ms|0.8 ms'],
    [3_200_000, 'bytes', '0|1.0 MB|2.0 MB|3.0 MB|4.0 MB'],
  ]
  for (const [highest, unit, texts] of cases) {
    test(`up to ${highest} ${unit} are ${texts}`, () => {
      const ticks = valueTicks(highest, unit)
      const separator = texts.includes('|') ? '|' : ' '
      assert.equal(ticks.map((tick) => scaleText(tick, unit)).join(separator), texts)
      assert.ok((ticks.at(-1) ?? 0) >= highest)
    })
  }

  test('they are few whatever the highest is, and evenly apart', () => {
    for (let highest = 1e-3; highest < 1e12; highest *= 1.37) {
      for (const unit of ['count', 'seconds', 'milliseconds', 'bytes', 'percent'] as const) {
        const ticks = valueTicks(highest, unit)
        assert.ok(ticks.length >= 2 && ticks.length <= 5, `${highest} ${unit}: ${ticks.join(' ')}`)
        assert.ok((ticks.at(-1) ?? 0) >= highest * (1 - 1e-9), `${highest} ${unit}`)
      }
    }
  })
})

test('a value is written with its unit, and what is not known is not 0', () => {
  assert.deepEqual(
    [
      unitText(null, 'count'),
      unitText(1234, 'count'),
      unitText(12.34, 'percent'),
      unitText(3.25, 'milliseconds'),
      unitText(125, 'seconds'),
      unitText(1_500_000, 'bytes'),
    ],
    ['–', '1,234', '12.3 %', '3.3 ms', '2 min 5 s', '1.5 MB'],
  )
})
