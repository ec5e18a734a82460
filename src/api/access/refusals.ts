import type { Caller } from '../../core/access.ts'
import { problem, type Answer } from '../http/answer.ts'
import type { Access } from '../http/route.ts'
import type { Quota } from './rate-limiter.ts'

const REALM = 'Bearer realm="canvas-sync-monitor"'

const SEND_TOKEN = '"Authorization: Bearer" and a token, which "canvas-sync-monitor token create" makes.'

type Need = 'nothing_shown' | 'came_through_proxy' | 'unknown_to_host' | 'picture_could_ask'

/** Why somebody needs a token who has shown nothing that counts. */
const NEEDS: Readonly<Record<Need, string>> = {
  nothing_shown: `Send ${SEND_TOKEN}`,
  came_through_proxy:
    'This request came through a proxy, so it does not count as one of this machine: it needs a token.',
  unknown_to_host: `Sign in to the application that the monitor is a part of, or send ${SEND_TOKEN}`,
  picture_could_ask:
    'A GET that reports counts with a token alone, because a picture on a page could send it: send the token, or POST.',
}

/** 401 for who has shown nothing that counts. */
export function tokenNeeded(why: Need): Answer {
  const detail = NEEDS[why]
  return problem(401, 'This address needs an access token.', { detail }, { 'www-authenticate': REALM })
}

/** 401 for who has shown something that is not right. */
export function notRight(error: string): Answer {
  return problem(401, error, {}, { 'www-authenticate': `${REALM}, error="invalid_token"` })
}

/** 403 for who may do other things. */
export function scopeMissing(access: Access, { kind }: Pick<Caller, 'kind'>): Answer {
  if (kind === 'host') {
    return problem(
      403,
      `You may not do this here: it takes the right "${access}", which the application gives.`,
    )
  }
  return problem(
    403,
    `This access token does not have the scope "${access}".`,
    {},
    {
      'www-authenticate': `${REALM}, error="insufficient_scope", scope="${access}"`,
    },
  )
}

/** 403 for who may see single users only. */
export function otherUsers({ kind }: Pick<Caller, 'kind'>): Answer {
  const error =
    kind === 'host'
      ? 'You may only see the data of the users that the application allows.'
      : 'This access token may only see the data of the users it was made for.'
  return problem(403, error)
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
