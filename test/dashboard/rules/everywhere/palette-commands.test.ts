import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandGroups, matching, typedAddresses } from '../../../../dashboard/src/app/palette-commands.ts'

const addresses = (typed: string): string[] => typedAddresses(typed).map(({ address }) => address)

test('what is typed leads to the sync, the user or the lines that it names', () => {
  assert.deepEqual(addresses('  '), [])
  assert.deepEqual(addresses('42'), ['/syncs/42', '/users/42', '/logs?text=42', '/syncs?text=42'])
  assert.equal(addresses('sync 7')[0], '/syncs/7')
  assert.equal(addresses('#7')[0], '/syncs/7')
  assert.equal(addresses('user a/b')[0], '/users/a%2Fb')
  assert.equal(addresses('logs a & b')[0], '/logs?text=a+%26+b')
  assert.deepEqual(addresses('timeout'), ['/logs?text=timeout', '/syncs?text=timeout'])
})

test('commands are found by the beginnings of their words, and what begins with it comes first', () => {
  const commands = [
    { words: 'Go to errors', also: 'page' },
    { words: 'Errors', also: 'go to page' },
    { words: 'Theme as the system', also: 'light dark' },
  ]
  const found = (typed: string): string[] => matching(commands, typed).map(({ words }) => words)
  assert.deepEqual(found('err'), ['Errors', 'Go to errors'])
  assert.deepEqual(found('GO ERR'), ['Go to errors', 'Errors'])
  assert.deepEqual(found('dark'), ['Theme as the system'])
  assert.deepEqual(found('rrors'), [])
  assert.equal(found('').length, 3)
})

test('commands stand in groups, the group of the best one first', () => {
  const commands = [
    { group: 'Syncs', id: 1 },
    { group: 'Pages', id: 2 },
    { group: 'Syncs', id: 3 },
  ]
  assert.deepEqual(
    commandGroups(commands).map((group) => [group.name, group.commands.map(({ id }) => id)]),
    [
      ['Syncs', [1, 3]],
      ['Pages', [2]],
    ],
  )
})
