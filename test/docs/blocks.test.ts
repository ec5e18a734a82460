import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { smallCanvas } from '../cli/support/work-place.ts'
import { allBlocks } from './support/all-blocks.ts'
import { makePast } from './support/past.ts'
import { DocsPlace, type Surroundings } from './support/place.ts'
import { runBlock } from './support/run-page.ts'

/** Blocks that nothing runs, by page. Each says why; one more needs a reason that holds here, too. */
const SYNTAX_ONLY: Readonly<Record<string, number>> = {
  'docs/canvas-tokens.md': 3,
  'docs/deployment.md': 5,
  'docs/http-api.md': 1,
  'docs/opentelemetry.md': 1,
  'docs/operations.md': 2,
  'docs/prometheus.md': 1,
  'docs/python.md': 3,
  'docs/releasing.md': 1,
}

const canvas = await smallCanvas()
const around: Surroundings = {
  canvas,
  smtp_url: (await SmtpStandIn.start()).url,
  past: await makePast(canvas),
}
const pages = allBlocks()

suite('a reader who follows a page from its beginning gets what it says', { concurrency: 2 }, () => {
  for (const [page, blocks] of pages) {
    test(page, async () => {
      // One takes its Canvas away.
      const own = blocks.some(({ text }) => text.includes('/__simulator/'))
      await using place = new DocsPlace(own ? { ...around, canvas: await smallCanvas() } : around)
      for (const block of blocks) {
        try {
          await runBlock(block, place)
        } catch (error) {
          throw new Error(`${block.page}:${block.line}: ${(error as Error).message}`, { cause: error })
        }
      }
    })
  }
})

test('no more blocks are left out than are listed', () => {
  const left_out = [...pages].map(([page, blocks]) => [
    page,
    blocks.filter(({ marker }) => marker?.kind === 'syntax_only').length,
  ])
  assert.deepEqual(Object.fromEntries(left_out.filter(([, count]) => count !== 0)), SYNTAX_ONLY)
})
