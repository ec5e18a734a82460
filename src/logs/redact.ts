/** What stands in place of anything that was taken out. */
export const REDACTED = '[redacted]'

/** With what a secret begins, up to its last character that is no letter or digit, or is rare. */
const TELLING_ENDS = String.raw`(?:key|token|secret|passw(?:or)?d|pwd|session|session_?id|cookie|jwt|verifier|authorization|bearer)\\?["']?\s*:|bearer[\s+]|PRIVATE\s|csm_|eyJ|hooks\.|x(?=ox[a-z]-)`

/**
 * Most strings hold nothing to redact and cost this one expression. It must match every string that a rule
 * below would change. It looks for the ends and then back, because few characters can be an end and many
 * can be a beginning: a third of the time.
 */
const SUSPECT = new RegExp(String.raw`[~=@?%:\s+_J.x](?<=[~=@?%]|${TELLING_ENDS})`, 'i')

/** The same, and what cannot stand in JSON as it is, and what ends the path of an address. */
const NOT_PLAIN = new RegExp(
  String.raw`[\x00-\x1f"\\\x7f-\uffff#~=@?%:+_J.x ](?<=[^: +_J.x]|${TELLING_ENDS})`,
  'i',
)

/**
 * Whether `text` can be written as it is: ASCII that needs no escape in JSON, and nothing that
 * {@link redactText} or {@link withoutQuery} would change.
 */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text)
}

const SEPARATOR = String.raw`\\?["']?\s*(?:[:=]|%3d|%3a)\s*`
const VALUE = String.raw`(?:\\?"[^"\\]+|\\?'[^'\\]+|[^\s"'&,;})\]\\]+)`
const NAMES = String.raw`(?:(?:access|refresh|id|auth|csrf)_token|api[_-]?key|client_secret|secret|passw(?:or)?d|\bpwd|session_?id|canvas_session|session|\bjwt|verifier)`

/**
 * Quantifiers that could run over the same characters from many starting points are bounded, so that a long
 * hostile string costs linear time.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)/g, REDACTED],
  [/(authorization\\?["']?\s*[:=]\s*)\\?["']?(?:[\w-]+\s+)?[^\s"',;}\\]+/gi, `$1${REDACTED}`],
  [/((?:set-)?cookie\\?["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${REDACTED}`],
  [/(bearer)(?:\s|%20|\+|[:=]){1,4}(?!tokens?\b|auth)["']?[^\s"',;}\\]+/gi, `$1 ${REDACTED}`],
  [/(:\/\/)[^\s/@"'<>]{1,512}@/g, `$1${REDACTED}@`],
  [/hooks\.slack(?:-gov)?\.com\/[\w/%-]+/gi, `hooks.slack.com/${REDACTED}`],
  // A Canvas next-page address carries bookmarks made of students' names.
  [/\?[\w[\]%.~-]+=[^\s"'<>\\]*/g, `?${REDACTED}`],
  [/(page(?:=|%3d)bookmark(?::|%3a))[^\s"'&<>\\]*/gi, REDACTED],
  [new RegExp(`(${NAMES}${SEPARATOR})${VALUE}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(String.raw`(\b(?:token|sig|signature|code)\s*(?:=|%3d)\s*)${VALUE}`, 'gi'), `$1${REDACTED}`],
  [/\d{1,12}(?:~|%7e)[A-Za-z0-9]{16,}/gi, REDACTED],
  [/\bxox[a-z]-[\w-]{8,}/gi, REDACTED],
  [/\beyJ[\w-]{8,2048}\.[\w-]{1,8192}(?:\.[\w-]{0,2048})?/g, REDACTED],
  [/\bcsm_[\w-]{8,}/gi, REDACTED],
  [/[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/giu, REDACTED],
]

/**
 * `text` without access tokens, passwords, session cookies, e-mail addresses, credentials in addresses and
 * query strings; each is replaced by `[redacted]`. A net for mistakes: callers do not log such things.
 */
export function redactText(text: string): string {
  if (!SUSPECT.test(text)) return text
  let redacted = text
  for (const [pattern, replacement] of RULES) redacted = redacted.replace(pattern, replacement)
  return redacted
}

/** The path of an address: a query or fragment may hold students' names, so nothing of it is kept. */
export function withoutQuery(endpoint: string): string {
  const end = endpoint.search(/[?#]|%3f|%23/i)
  return end === -1 ? endpoint : endpoint.slice(0, end)
}
