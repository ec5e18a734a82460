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
/** What was redacted before is left as it is; with anything behind it, it is a value like others. */
const VALUE = String.raw`(?!\[redacted\](?:[\s"'&,;})\]\\]|$))(?:\[redacted\][^\s"'&,;})\]\\]+|\\?"[^"\\]+|\\?'[^'\\]+|[^\s"'&,;})\]\\]+)`
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
]

/** What stands behind the name of an e-mail address. */
const AT_DOMAIN = /(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/giu
const NAME_END = /[\p{L}\p{N}._%+'-]{1,64}$/u
/** 64 characters may be twice as many units. */
const LONGEST_NAME = 128

/**
 * Looked for from the end: whoever looks for the name first, tries 64 characters from each one of a text without any
 * address, which is most of what a long text costs.
 */
function withoutMailAddresses(text: string): string {
  let kept = ''
  let end = 0
  for (const { 0: domain, index } of text.matchAll(AT_DOMAIN)) {
    const name = NAME_END.exec(text.slice(Math.max(end, index - LONGEST_NAME), index))?.[0] ?? ''
    // One that begins where another ends is the rest of it.
    const begins_there = index === end && kept !== ''
    if (name === '' && !begins_there) continue
    if (!begins_there) kept += text.slice(end, index - name.length) + REDACTED
    end = index + domain.length
  }
  return kept + text.slice(end)
}

/**
 * `text` without access tokens, passwords, session cookies, e-mail addresses, credentials in addresses and
 * query strings; each is replaced by `[redacted]`. A net for mistakes: callers do not log such things.
 */
export function redactText(text: string): string {
  if (!SUSPECT.test(text)) return text
  let redacted = text
  for (const [pattern, replacement] of RULES) redacted = redacted.replace(pattern, replacement)
  return withoutMailAddresses(redacted)
}

const CUT_MARGIN = 2048

/**
 * The first `limit` UTF-16 units of the redacted text. Redacted before it is cut, because half a secret may no longer
 * look like one; what lies far behind the limit costs nothing, and what may be half a secret there is left out.
 */
export function redactedStart(text: string, limit: number): string {
  const reach = limit + CUT_MARGIN
  if (text.length <= reach) return redactText(text).slice(0, limit)
  const head = redactText(text.slice(0, reach))
  return head.slice(0, Math.min(limit, Math.max(0, head.length - CUT_MARGIN / 2)))
}

/** The path of an address: a query or fragment may hold students' names, so nothing of it is kept. */
export function withoutQuery(endpoint: string): string {
  const end = endpoint.search(/[?#]|%3f|%23/i)
  return end === -1 ? endpoint : endpoint.slice(0, end)
}
