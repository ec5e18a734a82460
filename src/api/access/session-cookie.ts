/**
 * `__Host-` has the browser refuse a cookie of this name that is not `Secure`, is for other hosts too, or is for a part
 * of the site. Chromium and Firefox also take it over plain HTTP from `localhost` and `127.0.0.1`.
 */
export const SESSION_COOKIE = '__Host-csm_session'

/** The sign-in ends after so long in any case, and after so long without a request. */
export const SESSION_LIFE_MS: number = 12 * 3_600_000
export const SESSION_IDLE_MS: number = 2 * 3_600_000

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** `Set-Cookie` that keeps a session. */
export function keepSession(text: string): string {
  return `${SESSION_COOKIE}=${text}; ${ATTRIBUTES}; Max-Age=${SESSION_LIFE_MS / 1000}`
}

/** `Set-Cookie` that forgets it. */
export const FORGET_SESSION: string = `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`

/** The session of a request; null when it has none, or two. */
export function sessionOf(headers: Headers): string | null {
  const values = (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    .map((pair) => pair.slice(SESSION_COOKIE.length + 1))
  return values.length === 1 ? (values[0] ?? null) : null
}
