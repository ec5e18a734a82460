import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { Wanted } from './scan.ts'

/** A secret in the words in which a careless job meets it. */
export interface Canary {
  readonly name: string
  readonly secret: string
  /** A text that holds it. */
  readonly text: string
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url')

/** Each gets a secret of its own, of letters and digits. */
const SHAPES: Readonly<Record<string, (secret: string) => string>> = {
  'a Canvas token': (secret) => `Canvas refused 7414~${secret}${secret} at once`,
  'a Canvas token in an address': (secret) => `GET /api/v1/courses%3Fx%3D1~${secret}`,
  'a bearer header': (secret) => `Authorization: Bearer ${secret}`,
  'a bearer token in an address': (secret) => `retry with Bearer%20${secret}`,
  'basic authorization': (secret) => `{"authorization":"Basic ${base64(`job:${secret}`)}"}`,
  'access_token in an address': (secret) => `https://canvas.test/api/v1/courses?access_token=${secret}`,
  'access_token in JSON': (secret) => JSON.stringify({ access_token: secret }),
  'refresh_token in JSON in JSON': (secret) =>
    JSON.stringify({ body: JSON.stringify({ refresh_token: secret }) }),
  'a JSON web token': (secret) => `user eyJhbGciOiJIUzI1NiJ9.${base64(`{"sub":"${secret}"}`)}.c2lnbmF0dXJl`,
  'a Slack token': (secret) => `slack said no to xoxb-1234567890-${secret}`,
  'a Slack hook': (secret) => `POST https://hooks.slack.com/services/T0001/B0001/${secret}`,
  'a password in an address': (secret) => `cannot connect to postgres://job:${secret}@db.test:5432/sync`,
  'a private key': (secret) => `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
  'a private key that is cut': (secret) => `key: -----BEGIN PRIVATE KEY-----\nMII${secret}`,
  'a cookie': (secret) => `Cookie: theme=dark; canvas_session=${secret}`,
  'a cookie that is set': (secret) => `set-cookie: _csrf=${secret}; path=/; HttpOnly`,
  'client_secret in a form': (secret) => `grant_type=x&client_secret=${secret}&redirect=y`,
  'an api key': (secret) => `X-Api-Key: ${secret}`,
  'a password in JSON': (secret) => JSON.stringify({ user: 'job', password: secret }),
  'a password in a note': (secret) => `signed in with password = '${secret}'`,
  'a next page with names': (secret) =>
    `<https://canvas.test/api/v1/courses/7/enrollments?page=bookmark:${base64(JSON.stringify(['StudentEnrollment', secret, 1]))}&per_page=100>; rel="next"`,
  'a next page with names, encoded': (secret) =>
    `next: page%3Dbookmark%3A${base64(JSON.stringify([secret, 17]))}`,
  'a signed download': (secret) =>
    `/files/1/download?download_frd=1&verifier=${secret} and https://s3.test/f?X-Amz-Signature=${secret}`,
  'an e-mail address': (secret) => `mail to ${secret}@uni.test bounced`,
  'a token of the monitor': (secret) => `csm_${secret} is not known`,
}

export const CANARIES: readonly Canary[] = Object.entries(SHAPES).map(([name, textOf], number) => {
  const digest = createHash('sha256').update(`canary ${number}`).digest('hex')
  const secret = `Kq${digest.slice(0, 30)}`
  return { name, secret, text: textOf(secret) }
})

/** Half of a secret is a leak, too. */
export const WANTED_SECRETS: readonly Wanted[] = CANARIES.flatMap(({ name, secret }) =>
  [secret.slice(0, 16), secret.slice(16)].map((text) => ({ name, text })),
)

const plant = (fields: object): Error => Object.assign(new Error('x'), fields)

/** What a job may throw, or hand over, with a text in it. */
export const HIDING_PLACES: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => new Error(text),
  (text) => new Error('x', { cause: new Error(text, { cause: text }) }),
  (text) => new AggregateError([new Error(text), text], text),
  (text) => plant({ stack: `Error: ${text}\n    at ${text} (/srv/${text}/job.ts:1:1)` }),
  (text) => plant({ name: text, code: text, path: text }),
  (text) =>
    plant({
      config: { url: text, baseURL: text, headers: { Authorization: text, cookie: text }, data: text },
      request: { _header: text },
      response: {
        status: 401,
        headers: new Headers({ 'x-said': encodeURI(text) }),
        data: { errors: [text] },
      },
    }),
  (text) => plant({ rows: [[[[{ deep: [text] }]]]] }),
  (text) =>
    plant({
      body: Buffer.from(text),
      bytes: new TextEncoder().encode(text),
      view: new DataView(new ArrayBuffer(8)),
    }),
  (text) => plant({ map: new Map([[text, new Set([text])]]), weak: Symbol(text) }),
  (text) => Object.defineProperty(new Error('x'), 'message', { enumerable: true, get: () => text }),
  (text) => plant({ toString: () => text, toJSON: () => text, [inspect.custom]: () => text }),
  (text) => ({ message: text, stack: text, error_type: text, details: { endpoint: text } }),
]
