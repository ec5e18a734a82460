import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mailHtml } from '../../src/delivery/channels/mail-html.ts'
import { openBrowser } from '../support/browser.ts'
import { HOSTILE, messageOf, messageSaying } from './support/letters.ts'

test('a mail fits into 600 and 320 pixels, in light and dark, and shows names as they are', async () => {
  const browser = await openBrowser()
  const long = `${HOSTILE}<img src=x onerror=alert(1)> ${'unbroken'.repeat(40)}`
  for (const width of [600, 320]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const message of [messageOf(), messageSaying(long, 3)]) {
        const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme })
        const asked: string[] = []
        page.on('request', (request) => asked.push(request.url()))
        await page.setContent(mailHtml(message))
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        assert.equal(await page.locator('img, script, h1 a, b').count(), 0)
        const [title = ''] = await page.locator('h1').allInnerTexts()
        assert.equal(title, message.title)
        const [text, back] = await page.evaluate<[string, string]>(
          `[getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.querySelector('.card')).backgroundColor]`,
        )
        assert.notEqual(text, back)
        assert.deepEqual(asked, [])
        await page.close()
      }
    }
  }
})
