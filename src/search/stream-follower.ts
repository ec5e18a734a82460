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
import type { Followed, FollowedLine, NextItem, PassedLine } from './followed-items.ts'
import { TruncatedError, type FollowedBlock, type FollowedPart } from './followed-part.ts'
import type { LineMatcher } from './line-matcher.ts'
import { closeParts, openChain } from './stream-chain.ts'
import { markOf, type StreamPlace, type WriterMark } from './tail-place.ts'

const NEWLINE = 10
/** So much is searched before others have their turn: an expression may take 10 µs for each byte. */
const BYTES_IN_A_TURN = 16_384
/** Lines that came too late are written again at once. */
const AGAIN_WITHIN_BYTES = 1_048_576
const OWN_HEAD = '{"timestamp":"'

export interface FollowerOptions {
  readonly directory: string
  readonly stream: LogStream
  readonly matcher: LineMatcher
  readonly zone: LegacyZone
  /** Where to begin; null for the beginning of everything. */
  readonly place: StreamPlace | null
  /** Whether what stands before the place was given already. */
  readonly is_resumed: boolean
  /** Also lines that their writer wrote a second time: whoever gets them tells copies apart. Default false. */
  readonly gives_copies?: boolean
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
  #given: readonly WriterMark[]
  #next: NextItem | undefined
  /** The newest file that was seen as the live one. */
  #live_id: string | undefined
  /** Whether lines of the block may have come when their file was not the live one any more. */
  #is_late = false
  /** Read since there were such lines. */
  #bytes_since_late = Number.POSITIVE_INFINITY
  #is_unreadable = false

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#place = options.place
    this.#given = options.place?.given ?? []
    if (this.#given.length > 0) this.#bytes_since_late = 0
  }

  /** Behind everything that was taken, and the lines after it that are not wanted. */
  get place(): StreamPlace | null {
    const passed = this.#passed
    if (passed) {
      const { file_id, offset, bytes } = passed
      const time_ms = bytes && quickTimestamp(bytes, 0, bytes.length, this.#options.zone)
      const last = bytes ? markOf(bytes, time_ms ?? null) : (this.#place?.last ?? null)
      this.#place = { file_id, offset, last, given: this.#given }
      this.#passed = undefined
    } else if (this.#place && this.#place.given !== this.#given) {
      this.#place = { ...this.#place, given: this.#given }
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
    this.#given = this.#next?.given ?? this.#given
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
      const given = this.#bytes_since_late < AGAIN_WITHIN_BYTES ? this.#copies.all : []
      // Its writer writes it again: the place stays before it.
      const is_own = followed === undefined || followed.entry?.writer != null
      const is_again = is_own && this.#is_late && given !== null && this.place !== null
      if (followed) this.#next = { followed, passed: is_again ? undefined : passed, given: given ?? [] }
      else if (!is_again) this.#passed = passed
    }
    if (this.#at >= bytes.length) this.#block = undefined
  }

  #lineAt(bytes: Buffer, start: number, end: number, source: string): FollowedLine | undefined {
    const { matcher, stream } = this.#options
    const matched = matcher.match(bytes, start, end, stream)
    if (!matched) return undefined
    const { entry, line } = matched
    const is_unwanted = entry ? this.#copies.isCopy(entry) : matcher.asks_for_fields
    if (is_unwanted && !(entry && this.#options.gives_copies === true)) return undefined
    return { kind: 'line', entry, line, source }
  }

  /** Returns whether there is something to go on with: a block, or a gap to tell. */
  async #readOn(): Promise<boolean> {
    try {
      if (!this.#has_chain) await this.#openChain('deleted')
      while (!this.#next && !this.#block) {
        await this.#setBlock(await this.#readPart())
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

  async #setBlock(block: FollowedBlock | undefined): Promise<void> {
    const file_id = this.#parts[0]?.file_id
    if (block && file_id !== undefined) {
      // Asked when it is read: what came too late came when the file was not the live one any more.
      const is_live = (await this.#liveId()) === file_id
      if (is_live) this.#live_id = file_id
      this.#is_late = !is_live && file_id === this.#live_id
      this.#bytes_since_late = this.#is_late ? 0 : this.#bytes_since_late + block.bytes.length
    }
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
      await this.#setBlock(block)
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
    const [first] = this.#parts
    if (this.#options.is_resumed && !this.#has_chain) {
      this.#copies.know(this.#given)
      await this.#copies.learn(chain.before, stream)
    }
    this.#has_chain = true
    this.#live_id = this.#parts.at(-1)?.file_id
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
