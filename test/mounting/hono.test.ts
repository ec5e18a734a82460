import { test } from 'node:test'
import { checkEnd, checkMounted, checkSyncs } from './support/check-example.ts'
import { exampleFile, openExample } from './support/example-app.ts'

test('examples/mounting/hono.ts: three syncs, the mounted monitor, and its end', async () => {
  await using world = await openExample(exampleFile('hono.ts'))
  const example = await checkSyncs(world)
  await checkMounted(world, example)
  await checkEnd(world, example)
})
