import { ADMIN_LOCAL_ID, FIRST_TEACHER_LOCAL_ID } from './university/catalogue.ts'
import { hash } from './university/random.ts'
import type { World } from './university/world.ts'

export type TokenKind = 'admin' | 'teacher' | 'student'

export interface TokenOptions {
  /** Whose token it is. Default: the first user of the kind. */
  readonly user_id?: string
  /** Past this time (epoch ms) it is "Invalid access token.", as an OAuth access token. */
  readonly expires_at?: number
  /** Past this time (epoch ms) it is "Expired access token.", as a personal token under a rule of 120 days. */
  readonly permanent_expires_at?: number
  readonly revoked?: boolean
  /** The user has not confirmed an address. */
  readonly unverified?: boolean
  /** `url:GET|/api/v1/…` entries; without it the token may do all that its user may. */
  readonly scopes?: readonly string[]
  /** False: every `include[]` but `uuid` is dropped silently. Default: false with scopes, true without. */
  readonly allow_includes?: boolean
}

export interface Token {
  readonly value: string
  readonly number: number
  readonly kind: TokenKind
  readonly user_local_id: number
  expires_at: number | null
  permanent_expires_at: number | null
  is_revoked: boolean
  readonly is_unverified: boolean
  readonly scopes: readonly string[] | null
  readonly allows_includes: boolean
}

export interface Tokens {
  issue(kind: TokenKind, options?: TokenOptions): string
  /** From now on "Revoked access token.". */
  revoke(token: string): void
  /** From now on "Expired access token.", or with `oauth` "Invalid access token.". */
  expire(token: string, how?: 'permanent' | 'oauth'): void
  /** Undoes {@link revoke} and {@link expire}. */
  restore(token: string): void
  /** The first token of a kind, issued at the start. */
  readonly admin: string
  readonly teacher: string
  readonly student: string
  list(): readonly Token[]
}

export class TokenBook implements Tokens {
  readonly #world: World
  readonly #by_value = new Map<string, Token>()
  readonly admin: string
  readonly teacher: string
  readonly student: string

  constructor(world: World) {
    this.#world = world
    this.admin = this.issue('admin')
    this.teacher = this.issue('teacher')
    this.student = this.issue('student')
  }

  issue(kind: TokenKind, options: TokenOptions = {}): string {
    const number = this.#by_value.size + 1
    const value = `${this.#world.shard_id}~${this.#letters(number)}`
    this.#by_value.set(value, {
      value,
      number,
      kind,
      user_local_id:
        options.user_id === undefined ? this.#firstOf(kind) : this.#world.localId(options.user_id),
      expires_at: options.expires_at ?? null,
      permanent_expires_at: options.permanent_expires_at ?? null,
      is_revoked: options.revoked ?? false,
      is_unverified: options.unverified ?? false,
      scopes: options.scopes ?? null,
      allows_includes: options.allow_includes ?? options.scopes === undefined,
    })
    return value
  }

  revoke(token: string): void {
    this.#get(token).is_revoked = true
  }

  expire(token: string, how: 'permanent' | 'oauth' = 'permanent'): void {
    const expired_at = this.#world.now() - 1000
    if (how === 'oauth') this.#get(token).expires_at = expired_at
    else this.#get(token).permanent_expires_at = expired_at
  }

  restore(token: string): void {
    Object.assign(this.#get(token), { is_revoked: false, expires_at: null, permanent_expires_at: null })
  }

  find(value: string): Token | undefined {
    return this.#by_value.get(value)
  }

  list(): readonly Token[] {
    return [...this.#by_value.values()]
  }

  #get(value: string): Token {
    const token = this.find(value)
    if (token === undefined) throw new RangeError('no such token was issued')
    return token
  }

  #firstOf(kind: TokenKind): number {
    if (kind === 'admin') return ADMIN_LOCAL_ID
    return kind === 'teacher' ? FIRST_TEACHER_LOCAL_ID : this.#world.first_student_local_id
  }

  #letters(number: number): string {
    let letters = ''
    for (let part = 0; letters.length < 64; part += 1) {
      letters += hash(this.#world.seed, 101, number, part).toString(36)
    }
    return letters.slice(0, 64)
  }
}
