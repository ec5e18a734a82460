import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { framesOfScrolling, loadManyLines, writeManyLines } from './support/many-lines.ts'
import { visit } from './support/visit.ts'

/** Sixty of them are a second on a quiet machine; CI has two busy cores and no graphics card. */
const MOST_MEDIAN_MS = 100
const MOST_P99_MS = 1000
const MOST_NODES = 6000
const MOST_HEAP_MIB = 250

const { server, directory } = await openGuardedServer({ requireToken: false })
await writeManyLines(join(directory, 'logs'))

const TO_NEWEST = `new Promise((resolve) => {
  document.querySelector('.log-view > div').scrollTop = 1e9
  requestAnimationFrame(() => {
    resolve(document.querySelector('.log-panel').textContent.includes('The newest, as of'))
  })
})`

test('100,000 lines scroll smoothly, and few of them are in the page', async (context) => {
  const { page, complaints } = await visit(`${server.url}/logs?task_id=nightly`)
  await loadManyLines(page)
  const frames = await framesOfScrolling(page)
  const [median, p99] = [frames[90] ?? 0, frames[178] ?? 0]
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length")
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const heap_mib = usedSize / 1_048_576
  const figures = `median ${median} ms, p99 ${p99} ms, ${nodes} nodes, ${heap_mib.toFixed(0)} MiB`
  context.diagnostic(figures)
  assert.ok(median <= MOST_MEDIAN_MS && p99 <= MOST_P99_MS, figures)
  assert.ok(nodes <= MOST_NODES && heap_mib <= MOST_HEAP_MIB, figures)

  // More than that is not kept: what is far away is let go, and loaded again where somebody scrolls to.
  await page.evaluate("document.querySelector('.log-view > div').scrollTop = 0")
  await page.getByText('Newer lines were let go to save memory').waitFor()
  while (!(await page.evaluate<boolean>(TO_NEWEST)));
  assert.deepEqual(complaints, [])
  await page.close()
})
