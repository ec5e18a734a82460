import { after } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from './chromium.ts'

/** A real browser that ends with the tests of the file. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchChromium()
  after(() => browser.close())
  return browser
}
