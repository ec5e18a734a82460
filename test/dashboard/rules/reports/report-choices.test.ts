import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportChoicesOf } from '../../../../dashboard/src/reports/report-choices.ts'
import { reportAddress } from '../../../../dashboard/src/reports/report-queries.ts'

const of = (query: string): ReturnType<typeof reportChoicesOf> => reportChoicesOf(new URLSearchParams(query))

test('an address shows the preview of the week, of another period, or a report that was sent', () => {
  assert.deepEqual(of('').shown, { kind: 'preview', period: 'weekly' })
  assert.deepEqual(of('period=odd').shown, { kind: 'preview', period: 'weekly' })
  assert.equal(of('period=odd').period?.words, 'Weekly')
  assert.deepEqual(of('period=daily').shown, { kind: 'preview', period: 'daily' })
  const sent = of('report=12&period=daily&width=narrow')
  assert.deepEqual(sent.shown, { kind: 'sent', id: 12 })
  assert.equal(sent.period, undefined)
  assert.equal(sent.width.name, 'narrow')
  assert.equal(of('report=-1&width=odd').width.name, 'wide')
})

test('the same report has an address as a mail and as text', () => {
  const base = '/api/canvas/metrics/reports'
  assert.equal(
    reportAddress({ kind: 'preview', period: 'daily' }, 'html'),
    `${base}/preview?period=daily&format=html`,
  )
  assert.equal(reportAddress({ kind: 'sent', id: 7 }, 'text'), `${base}/7?format=text`)
})
