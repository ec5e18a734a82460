import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as counters from '../../src/analysis/kernel/counters.ts'
import { LOG_LEVELS } from '../../src/core/log-event.ts'

/** Where the host has another name than the kernel. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  FIRST_LEVEL: `${LOG_LEVELS[0]}_LINES`,
  FIRST_MS: 'FIRST_SEEN',
  LAST_MS: 'LAST_SEEN',
  OUT_OF_RANGE_LINES: 'OUT_OF_RANGE',
  BLANK_LINES: 'BLANK',
  FIRST_FORM: 'FORMS',
}

test('the host reads each counter where the kernel counts it', () => {
  const text = readFileSync(new URL('../../kernel/assembly/streams.ts', import.meta.url), 'utf8')
  const kernel = new Map(
    [...text.matchAll(/^export const (\w+) = (\d+)$/gm)].map(([, name = '', at]) => [name, Number(at)]),
  )
  for (const [name, at] of Object.entries(counters)) {
    assert.equal(kernel.get(OTHER_NAMES[name] ?? name), at, name)
  }
})
