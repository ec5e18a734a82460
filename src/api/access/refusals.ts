import { problem, type Answer } from '../http/answer.ts'
import type { Access } from '../http/route.ts'
import type { Quota } from './rate-limiter.ts'

const REALM = 'Bearer realm="canvas-sync-monitor"'

/** 401 for who has shown nothing. */
export function tokenNeeded(through_proxy: boolean): Answer {
  const detail = through_proxy
    ? 'This request came through a proxy, so it does not count as one of this machine: it needs a token.'
    : 'Send "Authorization: Bearer" and a token, which "canvas-sync-monitor token create" makes.'
  return problem(401, 'This address needs an access token.', { detail }, { 'www-authenticate': REALM })
}

/** 401 for who has shown something that is not right. */
export function notRight(error: string): Answer {
  return problem(401, error, {}, { 'www-authenticate': `${REALM}, error="invalid_token"` })
}

/** 403 for a token that may do other things. */
export function scopeMissing(access: Access): Answer {
  return problem(
    403,
    `This access token does not have the scope "${access}".`,
    {},
    {
      'www-authenticate': `${REALM}, error="insufficient_scope", scope="${access}"`,
    },
  )
}

/** 403 for a token that may see single users only. */
export function otherUsers(): Answer {
  return problem(403, 'This access token may only see the data of the users it was made for.')
}

/** 400: addresses are kept in logs and histories. */
export function tokenInAddress(): Answer {
  return problem(400, 'An access token must not stand in the address.', {
    detail: 'Send it in the Authorization header, and revoke this one: others may have seen it.',
  })
}

export function tooMany(what: string, { headers }: Quota): Answer {
  return problem(429, `Too many ${what}; try again later.`, {}, headers)
}
