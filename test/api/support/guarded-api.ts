import assert from 'node:assert/strict'
import type { ApiOptions } from '../../../src/api/app.ts'
import { Gate } from '../../../src/api/access/gate.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { NO_LIMITS } from './guarded-server.ts'
import { BASE, openTestApi, type TestApi } from './test-api.ts'
import { openTestStore } from './test-store.ts'

export interface GuardedApi extends TestApi {
  readonly gate: Gate
  /** With a token, as from this address. */
  ask(path: string, init?: AskInit): Promise<Response>
  audited(): Promise<string[]>
}

export interface AskInit {
  readonly method?: string
  readonly token?: string
  readonly cookie?: string
  readonly peer?: string
  readonly headers?: Record<string, string>
  readonly body?: object
}

/** An API that asks for tokens, with a clock that the test moves. */
export async function openGuardedApi(options: ApiOptions = {}): Promise<GuardedApi> {
  const store = await openTestStore()
  const clock = new FakeClock({ start: new Date().toISOString() })
  const whole = { require_token: true, rate_limits: NO_LIMITS, ...options }
  const errors: unknown[] = []
  const gate = new Gate({ store, clock, onError: (error) => errors.push(error) }, whole)
  const api = await openTestApi({ store, clock }, { ...whole, gate })
  return {
    ...api,
    clock,
    gate,
    ask: async (path, { method = 'GET', token, cookie, peer, headers, body } = {}) =>
      await api.app.request(
        `${BASE}${path}`,
        {
          method,
          headers: {
            ...headers,
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(cookie === undefined ? {} : { cookie }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        { peer: peer ?? '127.0.0.1' },
      ),
    async audited() {
      await gate.audit.flush()
      const records = await store.access.listAudit({ limit: 1000, before_id: null })
      return records.map(({ action }) => action).toReversed()
    },
  }
}

/** Signs in with a token and returns the cookie. */
export async function signedIn(api: GuardedApi, token: string): Promise<string> {
  const response = await api.ask('/session', { method: 'POST', body: { token } })
  assert.equal(response.status, 201, await response.clone().text())
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}
