import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openExample } from './support/example-app.ts'

test('serve --base-path: all is below the path, whether or not a proxy has taken it away', async () => {
  await using world = await openExample({ args: ['src/cli.ts', 'serve', '--base-path', '/monitor/'] })
  const { url, child, ended } = await world.start()
  for (const path of ['/monitor', '/monitor/livez', '/livez', '/monitor/docs']) {
    assert.equal((await fetch(`${url}${path}`)).status, 200, path)
  }
  // A proxy that takes the path away asks without it, and the page has it all the same.
  assert.match(await (await fetch(url)).text(), /src="\/monitor\/assets\//)
  child.kill('SIGTERM')
  assert.equal(await ended, 143)
})
