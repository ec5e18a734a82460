import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NotificationRecord } from '../../../../src/api/notifications/notification-records.ts'
import {
  isNarrowed,
  notificationFiltersOf,
  openedNotification,
  queryOf,
} from '../../../../dashboard/src/notifications/notification-filters.ts'
import { errorText, testText } from '../../../../dashboard/src/notifications/notification-words.ts'

const of = (query: string): URLSearchParams => new URLSearchParams(query)

test('reasons are said as people say them, and what is not known stays as it is', () => {
  assert.deepEqual(
    ['http_429', 'smtp_550', 'timeout', 'certificate_expired', 'constructor', 'odd'].map(errorText),
    ['HTTP 429', 'SMTP 550', 'no answer in time', 'certificate expired', 'constructor', 'odd'],
  )
})

test('a test is over when it has arrived, or will not', () => {
  const told = (
    state: NotificationRecord['state'],
    last_error: string | null,
    attempts: number,
  ): ReturnType<typeof testText> => testText({ state, last_error, attempts } as NotificationRecord)
  assert.deepEqual(told('waiting', null, 0), { is_over: false, words: 'The test is on its way…' })
  assert.deepEqual(told('waiting', 'http_500', 2), {
    is_over: false,
    words: 'The test did not arrive: HTTP 500. It is tried again.',
  })
  assert.deepEqual(told('sent', null, 1), { is_over: true, words: 'The test has arrived.' })
  assert.deepEqual(told('failed', 'smtp_550', 1), {
    is_over: true,
    words: 'The test did not arrive: SMTP 550.',
  })
})

test('the log asks for what the address says, if it can be', () => {
  assert.deepEqual(queryOf(notificationFiltersOf(of('state=odd&kind=odd'))), {
    channel: undefined,
    state: undefined,
    kind: undefined,
  })
  const given = notificationFiltersOf(of('state=failed&kind=test&channel=ops'))
  assert.deepEqual(queryOf(given), { channel: 'ops', state: 'failed', kind: 'test' })
  assert.equal(isNarrowed(given), true)
  assert.equal(isNarrowed(notificationFiltersOf(of(''))), false)
  assert.equal(openedNotification(of('notification=12')), 12)
  assert.equal(openedNotification(of('notification=0x12')), null)
})
