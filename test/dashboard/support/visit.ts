import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { openBrowser } from '../../support/browser.ts'

const browser = await openBrowser()
const axe = await readFile(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

export interface Visit {
  readonly page: Page
  /** What the browser complained of: policies that were broken, scripts that failed. */
  readonly complaints: string[]
  readonly hosts: Set<string>
}

interface Visitor {
  readonly dark?: boolean
  readonly width?: number
}

export async function visit(url: string, { dark = false, width = 1440 }: Visitor = {}): Promise<Visit> {
  const page = await browser.newPage({
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 900 },
  })
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  await page.goto(url)
  return { page, complaints, hosts }
}

/** Nothing that axe knows to hinder people. */
export async function assertAccessible(page: Page): Promise<void> {
  // Through the protocol of the browser, past the page's own policy.
  await page.evaluate(axe)
  const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run(document).then(({ violations }) => violations)',
  )
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  )
}

/** The page scrolls in one direction only. */
export async function assertNoWider(page: Page): Promise<void> {
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  assert.ok(wider <= 0, `the page is ${wider} pixels wider than the window`)
}
