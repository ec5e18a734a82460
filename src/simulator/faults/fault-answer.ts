import {
  badGateway,
  gatewayTimeout,
  edgeHtml,
  JSON_TYPE,
  maintenancePage,
  redirectToSignOn,
  signInPage,
  type Answer,
} from '../http/answer.ts'
import { CanvasError } from '../http/canvas-error.ts'
import { THROTTLE_BODIES } from '../http/throttle.ts'
import type { BodyForm, Fault, FaultKind } from './fault.ts'

/** The answer a fault gives instead of Canvas's own; undefined for one that only shapes the answer. */
export function faultAnswer(fault: Fault): Answer | undefined {
  const make = ANSWERS[fault.kind] as ((fault: Fault) => Answer) | undefined
  return make?.(fault)
}

const ANSWERS: { readonly [Kind in FaultKind]?: (fault: Extract<Fault, { kind: Kind }>) => Answer } = {
  status: ({ status, form, message, headers }) =>
    statusAnswer(status, form ?? 'errors_array', message, headers),
  throttled_403: () => throttledAnswer(403),
  throttled_429: () => throttledAnswer(429),
  html_200: signInPage,
  html_503: maintenancePage,
  edge_502: badGateway,
  edge_504: gatewayTimeout,
  redirect_302: ({ location }) =>
    redirectToSignOn(location ?? 'https://sso.example.edu/idp/profile/SAML2/Redirect/SSO'),
  canvas_500: () => ({ ...canvasAnswer(500), body: JSON.stringify(CanvasError.internal().body) }),
  empty_body: ({ status }) => ({ ...canvasAnswer(status ?? 200), body: '' }),
}

/** No `Retry-After`, no cost; what remains is added once the refund is made. */
export function throttledAnswer(status: 403 | 429): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: THROTTLE_BODIES[status],
    answered_by: 'canvas',
  }
}

function statusAnswer(
  status: number,
  form: BodyForm,
  message = 'Something went wrong',
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (form === 'html') {
    const page = edgeHtml(status, `${status} ${message}`, 'nginx')
    return { ...page, headers: { ...page.headers, ...headers } }
  }
  const answer = canvasAnswer(status)
  const type = form === 'text' ? { 'Content-Type': 'text/plain; charset=utf-8' } : {}
  return {
    ...answer,
    headers: { ...answer.headers, ...type, ...headers },
    body: BODIES[form](message),
  }
}

const BODIES: Readonly<Record<Exclude<BodyForm, 'html'>, (message: string) => string>> = {
  errors_array: (message) => JSON.stringify({ errors: [{ message }] }),
  errors_object: (message) => JSON.stringify({ errors: { base: message } }),
  errors_string: (message) => JSON.stringify({ errors: message }),
  error: (error) => JSON.stringify({ error }),
  message: (message) => JSON.stringify({ message }),
  text: (message) => `${message}\n`,
  empty: () => '',
}

function canvasAnswer(status: number): Answer {
  return { status, headers: { 'Content-Type': JSON_TYPE }, body: '', answered_by: 'canvas' }
}
