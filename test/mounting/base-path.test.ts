import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTakenBy, pathBelow, readBasePath } from '../../src/core/base-path.ts'
import { placeOf } from '../../src/server/base-path.ts'

test('a base path is what stands in every address as it is', () => {
  const table: readonly [string, string | null][] = [
    ['', ''],
    ['/', ''],
    ['/monitor', '/monitor'],
    [' /monitor/ ', '/monitor'],
    ['/apps/canvas-monitor.v2/~x', '/apps/canvas-monitor.v2/~x'],
    ['monitor', null],
    ['/a//b', null],
    ['/a/../b', null],
    ['/./a', null],
    ['/a b', null],
    ['/a%20b', null],
    ['/"onload="x', null],
    ['/<b>', null],
    ['https://example.edu/a', null],
  ]
  for (const [text, path] of table) assert.equal(readBasePath(text), path, text)
})

test('a path is below the base path or outside it, never by its first letters', () => {
  const table: readonly [string, string, string | null][] = [
    ['', '/syncs', '/syncs'],
    ['/monitor', '/monitor', '/'],
    ['/monitor', '/monitor?a=/b', '/?a=/b'],
    ['/monitor', '/monitor/', '/'],
    ['/monitor', '/monitor/syncs/a%2Fb', '/syncs/a%2Fb'],
    ['/monitor', '/monitors', null],
    ['/monitor', '/', null],
    ['/monitor', '/Monitor/x', null],
  ]
  for (const [base, path, below] of table) assert.equal(pathBelow(base, path), below, `${base} ${path}`)
})

test('a base path that is an address of the server is taken', () => {
  const routes = ['/', '/syncs/{id}', '/api/canvas/metrics/sync/{id}']
  const table: readonly [string, boolean][] = [
    ['', false],
    ['/monitor', false],
    ['/syncs', true],
    ['/syncs/7', true],
    ['/syncs/7/8', false],
    ['/api', true],
    ['/api/canvas', true],
    ['/api/monitor', false],
  ]
  for (const [base, taken] of table) assert.equal(isTakenBy(base, routes), taken, base)
})

test('the base path is that of the public URL, unless it is given; links have it', () => {
  const none = { base_path: '', public_url: null }
  assert.deepEqual(placeOf({}), none)
  assert.deepEqual(placeOf({ basePath: '/monitor/' }), { base_path: '/monitor', public_url: null })
  const whole = { base_path: '/monitor', public_url: 'https://example.edu/monitor' }
  assert.deepEqual(placeOf({ publicUrl: 'https://example.edu/monitor/' }), whole)
  assert.deepEqual(placeOf({ publicUrl: 'https://example.edu', basePath: '/monitor' }), whole)
  assert.deepEqual(placeOf({ publicUrl: 'https://example.edu/monitor', basePath: '/monitor' }), whole)
  const wrong: readonly [object, RegExp][] = [
    [{ publicUrl: 'https://example.edu/a', basePath: '/b' }, /not the path of the public URL/],
    [{ basePath: '/a b' }, /no path such as/],
    [{ basePath: '/logs' }, /an address of the server itself/],
    [{ publicUrl: 'example.edu' }, /is no address/],
  ]
  for (const [options, message] of wrong) {
    assert.throws(() => placeOf(options), { code: 'config_invalid', message })
  }
})
