/** What goes onto the wire, before compression. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
  /** The edge (CDN, load balancer, single sign-on) knows nothing of Canvas's headers. */
  readonly answered_by: 'canvas' | 'edge'
}

export const JSON_TYPE = 'application/json; charset=utf-8'

export function edgeHtml(status: number, title: string, server: string, text = ''): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html', Server: server },
    body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head>\n<body><center><h1>${title}</h1></center>${text}<hr></body></html>\n`,
    answered_by: 'edge',
  }
}

export function gatewayTimeout(): Answer {
  return edgeHtml(504, '504 Gateway Time-out', 'awselb/2.0')
}

export function badGateway(): Answer {
  return edgeHtml(502, '502 Bad Gateway', 'awselb/2.0')
}

/** A GET that brings a body does not get past the CDN. */
export function requestBlocked(): Answer {
  return edgeHtml(
    403,
    '403 ERROR',
    'CloudFront',
    '<h2>The request could not be satisfied.</h2>Bad request. We can&#39;t connect to the server for this app or website at this time.',
  )
}

export function maintenancePage(): Answer {
  return edgeHtml(503, 'Canvas is down for maintenance', 'nginx')
}

export function signInPage(): Answer {
  return edgeHtml(
    200,
    'Log in to Canvas',
    'nginx',
    '<form action="/login/canvas" method="post"><input name="pseudonym_session[unique_id]"></form>',
  )
}

export function redirectToSignOn(location: string): Answer {
  const answer = edgeHtml(302, '302 Found', 'nginx')
  return { ...answer, headers: { ...answer.headers, Location: location } }
}
