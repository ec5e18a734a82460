import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogEntry } from '../core/log-entry.ts'
import { isMonitorError, systemErrorCode } from '../core/errors.ts'
import type { LogStream } from '../core/log-event.ts'
import { unlessMissing } from '../logs/directory/plain-file.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { fileId } from '../logs/reading/list-sources.ts'
import { quickTimestamp } from '../logs/reading/quick-timestamp.ts'
import { CopyGuard } from './copy-guard.ts'
import { TruncatedError, type FollowedBlock, type FollowedPart } from './followed-part.ts'
import type { LineMatcher } from './line-matcher.ts'
import { closeParts, openChain } from './stream-chain.ts'
import { markOf, type StreamPlace } from './tail-place.ts'
import type { TailGap } from './tail-query.ts'

const NEWLINE = 10
/** So much is searched before others have their turn: an expression may take 10 µs for each byte. */
const BYTES_IN_A_TURN = 16_384
const OWN_HEAD = '{"timestamp":"'

export interface FollowedLine {
  readonly kind: 'line'
  readonly entry: LogEntry | null
  readonly line: string
  readonly source: string
}

/** Something to give, and the place behind it. */
export type Followed = FollowedLine | { readonly kind: 'gap'; readonly reason: TailGap['reason'] }

export interface FollowerOptions {
  readonly directory: string
  readonly stream: LogStream
  readonly matcher: LineMatcher
  readonly zone: LegacyZone
  /** Where to begin; null for the beginning of everything. */
  readonly place: StreamPlace | null
  /** Whether what stands before the place was given already. */
  readonly is_resumed: boolean
}

/** A line that was passed, by its bytes; its mark is made when it is asked for. */
interface PassedLine {
  readonly file_id: string
  readonly offset: number
  readonly bytes: Buffer | undefined
}

/**
 * One stream from a place on, through every rotation. A file is left only when it is read to its end and is no longer
 * the live one; then the files that follow it are opened, however many came since. Nothing is held in memory but one
 * block: who does not ask is not read for.
 */
export class StreamFollower {
  readonly #options: FollowerOptions
  readonly #copies = new CopyGuard()
  #parts: FollowedPart[] = []
  #has_chain = false
  #block: FollowedBlock | undefined
  #at = 0
  /** Before the line that {@link peek} gave. */
  #passed: PassedLine | undefined
  #place: StreamPlace | null
  #next: { readonly followed: Followed; readonly passed: PassedLine | undefined } | undefined
  #is_unreadable = false

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#place = options.place
  }

  /** Behind everything that was taken, and the lines after it that are not wanted. */
  get place(): StreamPlace | null {
    const passed = this.#passed
    if (passed) {
      const { file_id, offset, bytes } = passed
      const time_ms = bytes && quickTimestamp(bytes, 0, bytes.length, this.#options.zone)
      const last = bytes ? markOf(bytes, time_ms ?? null) : (this.#place?.last ?? null)
      this.#place = { file_id, offset, last }
      this.#passed = undefined
    }
    return this.#place
  }

  /** The next thing to give; undefined when there is nothing now. */
  async peek(): Promise<Followed | undefined> {
    while (!this.#next) {
      if (!this.#block && !(await this.#readOn())) break
      this.#searchBlock()
      if (this.#block && !this.#next) await nextTurn()
    }
    return this.#next?.followed
  }

  take(): void {
    if (this.#next?.passed) this.#passed = this.#next.passed
    this.#next = undefined
  }

  /** Lines that were given before, so that copies of them are not given again. */
  remember(entry: LogEntry): void {
    this.#copies.isCopy(entry)
  }

  async close(): Promise<void> {
    await closeParts(this.#parts)
    this.#parts = []
  }

  #searchBlock(): void {
    const block = this.#block
    const [part] = this.#parts
    if (!block || !part) return
    const { bytes, offset } = block
    const stop = this.#at + BYTES_IN_A_TURN
    while (this.#at < Math.min(bytes.length, stop) && !this.#next) {
      const start = this.#at
      const newline = bytes.indexOf(NEWLINE, start)
      const end = newline === -1 ? bytes.length : newline
      this.#at = Math.min(bytes.length, end + 1)
      const passed = { file_id: part.file_id, offset: offset + this.#at, bytes: bytes.subarray(start, end) }
      const followed = this.#lineAt(bytes, start, end, part.name)
      if (followed) this.#next = { followed, passed }
      else this.#passed = passed
    }
    if (this.#at >= bytes.length) this.#block = undefined
  }

  #lineAt(bytes: Buffer, start: number, end: number, source: string): FollowedLine | undefined {
    const { matcher, stream } = this.#options
    const matched = matcher.match(bytes, start, end, stream)
    if (!matched) return undefined
    const { entry, line } = matched
    if (entry ? this.#copies.isCopy(entry) : matcher.asks_for_fields) return undefined
    return { kind: 'line', entry, line, source }
  }

  /** Returns whether there is something to go on with: a block, or a gap to tell. */
  async #readOn(): Promise<boolean> {
    try {
      if (!this.#has_chain) await this.#openChain('deleted')
      while (!this.#next && !this.#block) {
        this.#setBlock(await this.#readPart())
        if (this.#next || this.#block) break
        if (!(await this.#goOn())) return false
      }
      this.#is_unreadable = false
      return true
    } catch (error) {
      if (systemErrorCode(error) === undefined && !isMonitorError(error)) throw error
      return this.#tellUnreadable()
    }
  }

  #setBlock(block: FollowedBlock | undefined): void {
    this.#block = block
    this.#at = 0
  }

  async #readPart(): Promise<FollowedBlock | undefined> {
    try {
      return await this.#parts[0]?.read()
    } catch (error) {
      if (!(error instanceof TruncatedError)) throw error
      await this.#openChain('truncated')
      return undefined
    }
  }

  /** Leaves a file that is read to its end for the next; returns whether there is more to look at. */
  async #goOn(): Promise<boolean> {
    const [part, following] = this.#parts
    if (part && following) {
      await this.#leave(part)
      return true
    }
    const live_id = await this.#liveId()
    if (live_id === undefined || live_id === part?.file_id) return false
    return await this.#openChain('deleted')
  }

  async #leave(part: FollowedPart): Promise<void> {
    // Lines may have come between the last look and the rotation.
    const block = (await part.read()) ?? (await part.rest())
    if (block && !isTorn(block)) {
      this.#setBlock(block)
      return
    }
    this.#parts.shift()
    await part.close()
  }

  async #liveId(): Promise<string | undefined> {
    const { directory, stream } = this.#options
    const stat = await unlessMissing(lstat(join(directory, `${stream}.log`), { bigint: true }))
    return stat?.isFile() ? fileId(stat) : undefined
  }

  /**
   * Opens what comes behind the place; a gap is told when the place is gone. Returns false when the folder changes too
   * fast, or has nothing.
   */
  async #openChain(reason: 'deleted' | 'truncated'): Promise<boolean> {
    const { directory, stream, zone } = this.#options
    const chain = await openChain(directory, stream, this.place, zone)
    if (!chain) return false
    await closeParts(this.#parts)
    this.#parts = [...chain.parts]
    if (this.#options.is_resumed && !this.#has_chain) await this.#copies.learn(chain.before, stream)
    this.#has_chain = true
    const [first] = this.#parts
    if (first && chain.has_gap) {
      const passed = { file_id: first.file_id, offset: 0, bytes: undefined }
      this.#next = { followed: { kind: 'gap', reason }, passed }
    } else if (chain.has_unreadable) {
      this.#next = { followed: { kind: 'gap', reason: 'unreadable' }, passed: undefined }
    }
    return first !== undefined
  }

  #tellUnreadable(): boolean {
    this.#has_chain = false
    if (this.#is_unreadable) return false
    this.#is_unreadable = true
    this.#next = { followed: { kind: 'gap', reason: 'unreadable' }, passed: undefined }
    return true
  }
}

/** A writer of ours that was killed, or writes these lines again to the live file: they are no line of this one. */
function isTorn({ bytes }: FollowedBlock): boolean {
  return bytes.at(-1) !== NEWLINE && bytes.toString('latin1', 0, OWN_HEAD.length) === OWN_HEAD
}
