import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { systemClock } from '../../../src/core/clock.ts'
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

/** A browser of one person, whose tabs share what it keeps. Closes with the tests, or before. */
export const openTabs = (options: BrowserContextOptions = {}): Promise<BrowserContext> =>
  browser.newContext(options)

/** The part of a page that has this heading. */
export const panel = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { name: title }) })

/** What axe finds with some of its rules. */
async function violationsOf(page: Page, options: string): Promise<unknown[]> {
  // Through the protocol of the browser, past the page's own policy.
  await page.evaluate(axe)
  const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run(document, ${options}).then(({ violations }) => violations)`,
  )
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
}

/** Nothing that axe knows to hinder people. */
export async function assertAccessible(page: Page): Promise<void> {
  assert.deepEqual(await violationsOf(page, '{}'), [])
}

/** What can be pressed is 24 pixels high and wide, or as far from the next: axe asks for that only when told to. */
export async function assertTargetsApart(page: Page): Promise<void> {
  assert.deepEqual(await violationsOf(page, "{ runOnly: ['target-size'] }"), [])
}

/** The page scrolls in one direction only. */
export async function assertNoWider(page: Page): Promise<void> {
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  assert.ok(wider <= 0, `the page is ${wider} pixels wider than the window`)
}

/** How long a page of a busy machine may take: what never comes true should say which it was. */
const PATIENCE_MS = 60_000

/** Waits for an expression in the page; past its policy, which forbids the way that Playwright has for it. */
export async function becomesTrue(page: Page, expression: string): Promise<void> {
  const began_ms = performance.now()
  while ((await page.evaluate(`Boolean(${expression})`)) !== true) {
    assert.ok(performance.now() - began_ms < PATIENCE_MS, `it does not become true: ${expression}`)
    await systemClock.sleep(10)
  }
}

/** Keeps the stream of events from a page until it is let go. */
export async function heldEvents(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/events*', async (route) => {
    await promise
    await route.continue()
  })
  return resolve
}
