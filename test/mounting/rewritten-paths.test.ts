import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHost } from './support/mounted-host.ts'

/** What a middleware without a path finds, and whether the monitor or the application answers. */
const REWRITTEN: readonly (readonly [string, object, 'the monitor' | 'the application'])[] = [
  [
    'a page that the application shows for another address',
    { originalUrl: '/courses/7', url: '/index.html' },
    'the application',
  ],
  [
    'an address without its language, in Express',
    { originalUrl: '/de/livez', url: '/livez', baseUrl: '' },
    'the application',
  ],
  [
    'an old address that leads into ours',
    { originalUrl: '/old/livez', url: '/apps/monitor/livez', baseUrl: '' },
    'the monitor',
  ],
  [
    'a mount elsewhere, in Express',
    { originalUrl: '/elsewhere/livez', url: '/livez', baseUrl: '/elsewhere' },
    'the monitor',
  ],
  ['a mount elsewhere, in Connect', { originalUrl: '/elsewhere/livez', url: '/livez' }, 'the monitor'],
  ['its root, in Connect', { originalUrl: '/elsewhere', url: '/' }, 'the monitor'],
  ['a mount at our path', { originalUrl: '/apps/monitor/livez', url: '/livez' }, 'the monitor'],
]

for (const [what, request, who] of REWRITTEN) {
  test(`${what}: ${who} answers`, async () => {
    await using host = await openHost({ basePath: '/apps/monitor' }, (incoming) => {
      Object.assign(incoming, request)
    })
    const answer = await host.get('/')
    assert.equal(answer.status, 200)
    assert.equal((await answer.text()) === 'the application', who === 'the application')
  })
}
