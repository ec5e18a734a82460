import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { openBrowser } from '../support/browser.ts'
import { openGuardedServer } from './support/guarded-server.ts'

const guarded = await openGuardedServer({ alerts: false })
const browser = await openBrowser()
const { reports } = guarded.store
const origin = guarded.server.url
let made = 0

/** A recipient of its own, with the code in its mails. */
async function recipient(): Promise<{ digest: string; code: string; wants: () => Promise<boolean> }> {
  const digest = `digest-${++made}`
  const code = await reports.recipientCode(digest, randomBytes(32).toString('base64url'))
  return { digest, code, wants: async () => (await reports.unsubscribed([digest])).length === 0 }
}

const post = (path: string, headers: Record<string, string> = {}, body?: string): Promise<Response> =>
  fetch(`${origin}${path}`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) })

describe('the link in a report', () => {
  it('asks with a button, needs no sign-in, and changes nothing when it is only opened', async () => {
    const { code, wants } = await recipient()
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(`${origin}/unsubscribe?code=${code}`, { method })
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
    }
    assert.ok(await wants())
  })

  for (const width of [600, 320]) {
    it(`ends reports by its button in a browser of ${width} pixels, and takes it back`, async () => {
      const { code, wants } = await recipient()
      const page = await browser.newPage({ viewport: { width, height: 600 } })
      await page.goto(`${origin}/unsubscribe?code=${code}`)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
      await page.getByRole('button', { name: 'No more reports' }).click()
      await page.getByRole('heading', { name: 'No more reports', exact: true }).waitFor()
      assert.equal(await wants(), false)
      await page.goto(`${origin}/unsubscribe?code=${code}`)
      await page.getByRole('button', { name: 'Get reports again' }).click()
      await page.getByRole('heading', { name: 'Reports come again' }).waitFor()
      assert.ok(await wants())
      await page.close()
    })
  }

  it('is pressed by mail programs with one request (RFC 8058), in each form, once and twice', async () => {
    const { code, wants } = await recipient()
    const boundary = 'x'
    const forms = [
      ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
      [
        `multipart/form-data; boundary=${boundary}`,
        `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n`,
      ],
    ] as const
    for (const [type, body] of forms) {
      for (const _ of ['once', 'twice']) {
        const answer = await post(`/unsubscribe?code=${code}`, { 'content-type': type }, body)
        assert.equal(answer.status, 200, 'no redirection')
        assert.equal(await wants(), false)
      }
      assert.ok(await reports.subscribe(code))
    }
    assert.equal((await post(`/unsubscribe?code=${code}`)).status, 200)
    assert.equal(await wants(), false)
    assert.equal((await post(`/subscribe?code=${code}`)).status, 200)
    assert.ok(await wants())
  })

  it('with a forged code is refused and changes nothing', async () => {
    const { code, digest, wants } = await recipient()
    const other = await recipient()
    const last = code.at(-1) === 'A' ? 'B' : 'A'
    const forged = [
      `${code.slice(0, -1)}${last}`,
      code.slice(0, -1),
      `${code}A`,
      code.toLowerCase() === code ? code.toUpperCase() : code.toLowerCase(),
      digest,
      randomBytes(32).toString('base64url'),
      "' or '1'='1",
      '%00',
      '%25',
      '..%2F..',
      '<script>alert(1)</script>',
      '',
    ]
    for (const path of ['/unsubscribe', '/subscribe']) {
      for (const wrong of forged) {
        const answer = await post(`${path}?code=${wrong.startsWith('%') ? wrong : encodeURIComponent(wrong)}`)
        assert.ok([400, 404].includes(answer.status), `${wrong}: ${answer.status}`)
        assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      }
      assert.equal((await post(path)).status, 400)
      assert.equal((await post(`${path}?code=${code}&code=${other.code}`)).status, 400)
    }
    const looked = await fetch(`${origin}/unsubscribe?code=${forged[0]}`)
    assert.equal(looked.status, 404)
    assert.deepEqual([await wants(), await other.wants()], [true, true])
  })

  it('cannot be pressed by a page of another site', async () => {
    const { code, wants } = await recipient()
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      assert.equal((await post(`/unsubscribe?code=${code}`, headers)).status, 403)
    }
    assert.ok(await wants())
  })

  it('is in the audit log as a change, without its code', async () => {
    const { code } = await recipient()
    assert.equal((await post(`/unsubscribe?code=${code}`)).status, 200)
    const entries = await guarded.store.access.listAudit({
      action: 'report_unsubscribed',
      limit: 1,
      before_id: null,
    })
    assert.equal(entries.length, 1)
    assert.ok(!JSON.stringify(entries).includes(code))
  })
})
