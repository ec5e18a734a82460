import { test } from 'node:test'
import { checkBrowser, checkEnd, checkMounted, checkSyncs } from './support/check-example.ts'
import { exampleFile, openExample } from './support/example-app.ts'

test('examples/mounting/node-http.ts: three syncs, the mounted monitor, and its end', async () => {
  await using world = await openExample(exampleFile('node-http.ts'))
  const example = await checkSyncs(world)
  await checkMounted(world, example)
  const run = (): Promise<Response> => fetch(`${example.url}/sync`, { method: 'POST' })
  await checkBrowser(example.url, { token: world.token, run })
  await checkEnd(world, example)
})
