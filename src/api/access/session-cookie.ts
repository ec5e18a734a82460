import { hash } from 'node:crypto'

/** The sign-in ends after so long in any case, and after so long without a request. */
export const SESSION_LIFE_MS: number = 12 * 3_600_000
export const SESSION_IDLE_MS: number = 2 * 3_600_000

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** The cookie of the sessions of one server. */
export interface SessionCookie {
  readonly name: string
  /** `Set-Cookie` that keeps a session. */
  keep(text: string): string
  /** `Set-Cookie` that forgets it. */
  readonly forget: string
  /** The session of a request; null when it has none, or two. */
  of(headers: Headers): string | null
}

const made = new Map<string, SessionCookie>()

/**
 * `__Host-` has the browser refuse a cookie of this name that is not `Secure`, is for other hosts too, or is for a part
 * of the site. Chromium and Firefox also take it over plain HTTP from `localhost` and `127.0.0.1`.
 *
 * It must have `Path=/`, so that each server of a host gets the cookies of all: those below different paths have different
 * names, or a sign-in at one would be a wrong session at the other.
 */
export function sessionCookie(base_path = ''): SessionCookie {
  let cookie = made.get(base_path)
  if (cookie === undefined) {
    cookie = cookieOf(nameOf(base_path))
    made.set(base_path, cookie)
  }
  return cookie
}

/** Of the path a digest, because `/a/b` and `/a-b` must differ, and a name may not have a slash. */
function nameOf(base_path: string): string {
  if (base_path === '') return '__Host-csm_session'
  return `__Host-csm_session_${hash('sha256', base_path, 'hex').slice(0, 12)}`
}

function cookieOf(name: string): SessionCookie {
  return {
    name,
    keep: (text) => `${name}=${text}; ${ATTRIBUTES}; Max-Age=${SESSION_LIFE_MS / 1000}`,
    forget: `${name}=; ${ATTRIBUTES}; Max-Age=0`,
    of(headers) {
      const values = (headers.get('cookie') ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1))
      return values.length === 1 ? (values[0] ?? null) : null
    },
  }
}
