import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { AuditEntry, AuditQuery, AuditRecord, NewToken } from '../../src/store/access-store.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const NOW = Date.parse('2026-11-22T10:15:00.000Z')
let made = 0

function newToken(special: Partial<NewToken> = {}): NewToken {
  made++
  return {
    id: `token${made}`,
    digest: `digest${made}`,
    name: 'a token',
    scopes: ['read'],
    created_at: NOW,
    created_by: 'cli',
    expires_at: null,
    ...special,
  }
}

function entry(special: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: NOW,
    actor_kind: 'cli',
    actor_id: null,
    action: 'token_created',
    target: null,
    user_id: null,
    route: null,
    address: null,
    ...special,
  }
}

const EVERYTHING: AuditQuery = { limit: 1000, before_id: null }

export function exerciseAccess(open: OpenStore): void {
  describe('tokens, sessions and the audit log', () => {
    const opened = sharedStore(open)
    const access = () => opened().store.access

    it('gives back a token as it was made, newest first, and its digest only to who looks it up', async () => {
      const first = newToken({ scopes: ['read:user:Å/1', 'ingest'], expires_at: NOW + 1 })
      const second = newToken({ created_at: NOW + 1 })
      await access().createToken(first, entry({ target: first.id }))
      await access().createToken(second, entry({ target: second.id }))
      const unused = { revoked_at: null, last_used_at: null }
      assert.deepEqual(plain(await access().findToken(first.id)), { ...first, ...unused })
      assert.equal(await access().findToken('nothing'), null)
      const listed = plain(await access().listTokens()).filter(({ id }) => [first.id, second.id].includes(id))
      const withoutDigest = (token: NewToken): object => {
        const { digest: _, ...rest } = token
        return { ...rest, ...unused }
      }
      assert.deepEqual(listed, [withoutDigest(second), withoutDigest(first)])
      assert.ok(!JSON.stringify(await access().listTokens()).includes('digest'))
    })

    it('makes no second token of the same id, and then no audit entry either', async () => {
      const token = newToken()
      await access().createToken(token, entry({ target: token.id, action: 'once' }))
      await assert.rejects(access().createToken(token, entry({ target: token.id, action: 'twice' })))
      assert.equal((await access().listAudit({ ...EVERYTHING, action: 'once' })).length, 1)
      assert.equal((await access().listAudit({ ...EVERYTHING, action: 'twice' })).length, 0)
    })

    it('revokes a token once, ends its sessions and those of no other', async () => {
      const [token, other] = [newToken(), newToken()]
      for (const each of [token, other]) {
        await access().createToken(each, entry())
        await access().openSession(
          { id: `of-${each.id}`, digest: 'd', token_id: each.id, created_at: NOW, expires_at: NOW + 10 },
          entry(),
        )
      }
      assert.equal((await access().findSession(`of-${token.id}`))?.token.id, token.id)
      const audit = entry({ action: 'revoked', target: token.id })
      assert.equal((await access().revokeToken(token.id, NOW + 5, audit))?.revoked_at, NOW + 5)
      assert.equal((await access().revokeToken(token.id, NOW + 9, audit))?.revoked_at, NOW + 5)
      assert.equal((await access().listAudit({ ...EVERYTHING, action: 'revoked' })).length, 1)
      assert.equal(await access().findSession(`of-${token.id}`), null)
      assert.notEqual(await access().findSession(`of-${other.id}`), null)
      assert.equal(await access().revokeToken('nothing', NOW, audit), null)
    })

    it('knows whether any token can be used at a time', async () => {
      await using empty = (await open()).store
      const usable = (at: number): Promise<boolean> => empty.access.hasUsableToken(at)
      assert.equal(await usable(NOW), false)
      await empty.access.createToken(newToken({ id: 'short', expires_at: NOW + 10 }), entry())
      assert.equal(await usable(NOW + 9), true)
      assert.equal(await usable(NOW + 10), false)
      await empty.access.createToken(newToken({ id: 'long' }), entry())
      assert.equal(await usable(NOW + 10), true)
      await empty.access.revokeToken('long', NOW, entry())
      assert.equal(await usable(NOW + 10), false)
    })

    it('keeps when a token and a session were used last, and never goes back', async () => {
      const token = newToken()
      await access().createToken(token, entry())
      const session = { id: `s-${token.id}`, digest: 'd', token_id: token.id }
      await access().openSession({ ...session, created_at: NOW, expires_at: NOW + 1000 }, entry())
      const used = async (): Promise<unknown[]> => [
        (await access().findToken(token.id))?.last_used_at,
        (await access().findSession(session.id))?.last_used_at,
      ]
      assert.deepEqual(await used(), [null, NOW])
      await access().saveTokenUse(token.id, NOW + 5)
      await access().saveTokenUse(token.id, NOW + 4)
      assert.deepEqual(await used(), [NOW + 5, NOW])
      await access().saveSessionUse(session.id, NOW + 7)
      await access().saveSessionUse(session.id, NOW + 6)
      assert.deepEqual(await used(), [NOW + 7, NOW + 7])
      await access().saveTokenUse('nothing', NOW)
      await access().saveSessionUse('nothing', NOW)
    })

    it('ends a session once', async () => {
      const token = newToken()
      await access().createToken(token, entry())
      const session = { id: `e-${token.id}`, digest: 'd', token_id: token.id, created_at: NOW }
      await access().openSession({ ...session, expires_at: NOW + 1000 }, entry())
      const audit = entry({ action: 'ended', target: session.id })
      assert.equal(await access().endSession(session.id, audit), true)
      assert.equal(await access().endSession(session.id, audit), false)
      assert.equal(await access().findSession(session.id), null)
      assert.equal((await access().listAudit({ ...EVERYTHING, action: 'ended' })).length, 1)
    })

    it('refuses a session of a token that there is not, and writes nothing of it', async () => {
      const session = { id: 'of-nobody', digest: 'd', token_id: 'nothing', created_at: NOW, expires_at: NOW }
      await assert.rejects(access().openSession(session, entry({ action: 'of nobody' })))
      assert.equal((await access().listAudit({ ...EVERYTHING, action: 'of nobody' })).length, 0)
    })

    it('pages through the audit log by every filter, and misses and doubles nothing', async () => {
      const at = fc.integer({ min: NOW, max: NOW + 5 })
      const entries = fc.record({
        at,
        actor_id: fc.constantFrom(null, 'a', 'b'),
        action: fc.constantFrom('viewed', 'signed_in'),
        user_id: fc.constantFrom(null, '42', 'ä'),
      })
      const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
        fc.option(values, { nil: undefined })
      const filters = fc.record({
        actor_id: maybe(fc.constantFrom('a', 'b')),
        action: maybe(fc.constantFrom('viewed', 'signed_in')),
        user_id: maybe(fc.constantFrom('42', 'ä')),
        since: maybe(at),
        until: maybe(at),
      })
      let runs = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(entries, { maxLength: 20 }),
          filters,
          fc.integer({ min: 1, max: 4 }),
          async (given, filter, limit) => {
            // What is asked for belongs to this run alone.
            const run = `run ${++runs}`
            await access().recordAudit(given.map((special) => entry({ ...special, target: run })))
            const chosen = Object.fromEntries(
              Object.entries(filter).filter(([, value]) => value !== undefined),
            ) as Partial<AuditQuery>
            const found: unknown[] = []
            let before_id: number | null = null
            for (;;) {
              const page: AuditRecord[] = plain(await access().listAudit({ ...chosen, limit, before_id }))
              for (const record of page.filter(({ target }) => target === run)) {
                const { id: _, ...rest } = record
                found.push(rest)
              }
              const last = page.at(-1)
              if (last === undefined) break
              before_id = last.id
            }
            const expected = given
              .filter(
                (each) =>
                  (filter.actor_id === undefined || each.actor_id === filter.actor_id) &&
                  (filter.action === undefined || each.action === filter.action) &&
                  (filter.user_id === undefined || each.user_id === filter.user_id) &&
                  (filter.since === undefined || each.at >= filter.since) &&
                  (filter.until === undefined || each.at < filter.until),
              )
              .map((special) => entry({ ...special, target: run }))
              .toReversed()
            assert.deepEqual(found, expected)
          },
        ),
        { numRuns: 15 },
      )
      await access().recordAudit([])
    })

    it('removes what is old in steps, and nothing else', async () => {
      await using fresh = (await open()).store
      const store = fresh.access
      const token = newToken()
      await store.createToken(token, entry({ at: NOW + 100 }))
      for (const [id, expires_at] of [
        ['old', 5],
        ['older', 4],
        ['young', 50],
      ] as const) {
        const session = { id, digest: 'd', token_id: token.id, created_at: NOW, expires_at: NOW + expires_at }
        await store.openSession(session, entry({ at: NOW + 100 }))
      }
      await store.recordAudit(Array.from({ length: 5 }, (_, index) => entry({ at: NOW + index })))
      const steps: number[] = []
      do steps.push(await store.removeOld(NOW + 10, NOW + 3, 2))
      while ((steps.at(-1) ?? 0) >= 2)
      assert.equal(
        steps.reduce((sum, step) => sum + step, 0),
        5,
      )
      assert.equal(await store.findSession('old'), null)
      assert.notEqual(await store.findSession('young'), null)
      const left = (await store.listAudit(EVERYTHING)).map(({ at }) => at - NOW)
      assert.deepEqual(left, [4, 3, 100, 100, 100, 100])
    })
  })
}
