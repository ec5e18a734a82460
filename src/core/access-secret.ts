import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 12
/** 62^43 is more than 2^256. */
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6

/** `token` is what a program sends, `session` what a browser keeps in its cookie: neither is taken for the other. */
export type SecretKind = 'token' | 'session'

const PREFIXES: Readonly<Record<SecretKind, string>> = { token: 'csm_', session: 'csm_session_' }

/** Finds a token or session id anywhere in a text: the form that scanners of leaked secrets look for. */
export const SECRET_SHAPE: RegExp = new RegExp(
  `csm_(?:session_)?[0-9A-Za-z]{${ID_LENGTH}}_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`,
)

export interface NewSecret {
  /** Names it in lists and in the database; not secret. */
  readonly id: string
  /** `csm_<id>_<secret and checksum>`: shown once, kept nowhere. */
  readonly text: string
  /** The SHA-256 of the text, in hex: what is kept. */
  readonly digest: string
}

/** A secret of 256 random bits. */
export function newSecret(kind: SecretKind): NewSecret {
  const id = randomText(ID_LENGTH)
  const unchecked = `${PREFIXES[kind]}${id}_${randomText(SECRET_LENGTH)}`
  const text = unchecked + checksum(unchecked)
  return { id, text, digest: digestOf(text) }
}

/**
 * The public id of a secret; null for text that is none of this kind, or has a typing error: its checksum is wrong.
 * That it is well formed says nothing about whether it is valid.
 */
export function secretId(kind: SecretKind, text: string): string | null {
  const prefix = PREFIXES[kind]
  const length = prefix.length + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH
  if (text.length !== length || !text.startsWith(prefix) || SECRET_SHAPE.exec(text)?.[0] !== text) return null
  const body = text.slice(0, -CHECKSUM_LENGTH)
  if (checksum(body) !== text.slice(-CHECKSUM_LENGTH)) return null
  return text.slice(prefix.length, prefix.length + ID_LENGTH)
}

/** Whether `text` is what the digest was made of; takes the same time wherever they differ. */
export function hasDigest(text: string, digest: string): boolean {
  const expected = Buffer.from(digest, 'hex')
  const actual = createHash('sha256').update(text).digest()
  return expected.length === actual.length && timingSafeEqual(actual, expected)
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function randomText(length: number): string {
  return Array.from({ length }, () => SIGNS.charAt(randomInt(SIGNS.length))).join('')
}

/** Against typing errors and cut copies only: anybody can compute it. */
function checksum(text: string): string {
  let rest = crc32(text)
  let signs = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    signs = SIGNS.charAt(rest % SIGNS.length) + signs
    rest = Math.floor(rest / SIGNS.length)
  }
  return signs
}
