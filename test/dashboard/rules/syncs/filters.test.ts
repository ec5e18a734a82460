import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fieldOfMoment, momentOfField } from '../../../../dashboard/src/syncs/moment-field.ts'
import {
  filtersOf,
  filterWords,
  SYNC_FILTERS,
  withoutFilters,
} from '../../../../dashboard/src/syncs/sync-filters.ts'
import { readTokens, suggestionsFor } from '../../../../dashboard/src/syncs/filter-tokens.ts'
import { syncAddress } from '../../../../dashboard/src/syncs/sync-walk.ts'
import { SYNC_LIST_FILTERS } from '../../../../src/api/syncs/list-parameters.ts'

const search = (text: string, before = ''): string =>
  readTokens(text, new URLSearchParams(before)).address.toString()
const words = (name: string, value: string, zone = 'UTC'): string => {
  const filter = SYNC_FILTERS.find((each) => each.name === name)
  assert.ok(filter)
  return filterWords(filter, value, zone)
}

suite('the filters of the list', () => {
  test('they are those of the API, under their names', () => {
    const names = [...SYNC_FILTERS.map(({ name }) => name), 'sort']
    assert.deepEqual(names.toSorted(), Object.keys(SYNC_LIST_FILTERS).toSorted())
  })

  test('what is typed becomes filters; words alone are of the error', () => {
    const table: readonly (readonly [string, string, string])[] = [
      ['user:42', '', 'user_id=42'],
      ['status:failed,lost type:grades', '', 'status=failed%2Clost&type=grades'],
      ['status:lost', 'status=failed&host=a', 'status=failed%2Clost&host=a'],
      ['status:failed', 'status=failed', 'status=failed'],
      ['status:trouble', '', 'status=failed%2Cpartial%2Clost%2Ctimed_out'],
      ['status:running', '', 'status=in_progress'],
      ['host:"my host" took too long', '', 'host=my+host&text=took+too+long'],
      ['"a b"', 'text=before', 'text=a+b'],
      ['user:1 user:2', '', 'user_id=2'],
      [
        'longer:10m shorter:2h since:24h group:3',
        '',
        'min_duration=10m&max_duration=2h&since=24h&error_group=3',
      ],
      ['since:2026-11-22T10:15', '', 'since=2026-11-22T10%3A15'],
      ['https://canvas 10:15', '', 'text=https%3A%2F%2Fcanvas+10%3A15'],
      ['user_id:7', '', 'user_id=7'],
      ['user:', 'user_id=7', 'user_id=7'],
      ['', 'user_id=7', 'user_id=7'],
    ]
    for (const [text, before, after] of table) assert.equal(search(text, before), after, text)
    assert.deepEqual(readTokens('who:7 user:1', new URLSearchParams()).unknown, ['who'])
  })

  test('names are suggested, then their values, also those that the list shows', () => {
    const texts = (text: string): string[] =>
      suggestionsFor(text, { user_id: ['42', '7'], host: ['my host'] }).map((each) => each.text)
    assert.equal(texts('').length, SYNC_FILTERS.length)
    assert.deepEqual(texts('ho'), ['host:'])
    assert.deepEqual(texts('user:4'), ['user:42'])
    assert.deepEqual(texts('user:7 host:'), ['user:7 host:"my host"'])
    assert.deepEqual(texts('user:7 host:"my h'), ['user:7 host:"my host"'])
    assert.deepEqual(texts('status:run'), ['status:in_progress'])
    assert.deepEqual(texts('nothing:'), [])
  })

  test('a filter in use is told in words, and a moment by the clock of the chosen zone', () => {
    assert.equal(words('status', 'failed,partial,lost,timed_out'), 'Status: went wrong')
    assert.equal(words('status', 'in_progress,lost'), 'Status: running, lost')
    assert.equal(words('since', '24h'), 'Since: the last 24 hours')
    assert.equal(words('since', '2026-11-22T10:15:00.000Z', 'Asia/Kolkata'), 'Since: 22 Nov 2026, 15:45:00')
    assert.equal(words('until', 'yesterday'), 'Until: yesterday')
    assert.equal(words('min_duration', '90s'), 'Took at least: 90s')
  })

  test('a date and time is of the zone in the field, and of no zone in the address', () => {
    const zone = 'America/New_York'
    assert.equal(momentOfField('2026-11-22T10:15', zone), '2026-11-22T15:15:00.000Z')
    assert.equal(fieldOfMoment('2026-11-22T15:15:00.000Z', zone), '2026-11-22T10:15')
    assert.equal(fieldOfMoment('24h', zone), '')
    assert.equal(momentOfField('', zone), '')
    assert.equal(momentOfField('nonsense', zone), '')
  })

  test('only filters of the list go on to a sync, and clearing keeps the order', () => {
    const address = new URLSearchParams('status=failed&user_id=8&theme=x&sort=longest&host=')
    assert.deepEqual(filtersOf(address), { status: 'failed', user_id: '8', sort: 'longest' })
    assert.equal(syncAddress(17, address), '/syncs/17?status=failed&user_id=8&sort=longest')
    assert.equal(syncAddress(17), '/syncs/17')
    assert.equal(withoutFilters(address).toString(), 'theme=x&sort=longest')
  })
})
