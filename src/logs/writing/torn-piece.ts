import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'

const NEWLINE = 10
const SPACE = 32
/** A line is at most 64 KiB, so a piece of one is shorter. */
const LONGEST_PIECE = 65_536
const SEARCH_LIMIT = 4 * 1_048_576

/**
 * Where the bytes just appended begin. `before` and `after` are the file's size before and after the write;
 * when others appended in between, the bytes are looked for, and their `(writer, seq)` makes them unique.
 * Undefined when they cannot be found, as after a truncation from outside.
 */
export function positionOf(
  descriptor: number,
  written: Uint8Array,
  before: number,
  after: number,
): number | undefined {
  if (after - before === written.length) return before
  if (after - before < written.length || after - before > SEARCH_LIMIT) return undefined
  const region = Buffer.allocUnsafe(after - before)
  const read = readSync(descriptor, region, 0, region.length, before)
  const at = region.subarray(0, read).indexOf(written)
  return at === -1 ? undefined : before + at
}

/** Whether the byte before `position` belongs to a line without an end: a killed or failed write. */
export function isTornBefore(descriptor: number, position: number): boolean {
  if (position === 0) return false
  const last = Buffer.alloc(1)
  return readSync(descriptor, last, 0, 1, position - 1) === 1 && last[0] !== NEWLINE
}

/**
 * Overwrites the piece of a line that ends at `end` with spaces and a newline: what stays is a blank line.
 *
 * The piece is never cut off, since others may have appended behind it. Overwriting is safe with any number
 * of writers: an append is one write under the file's lock, so a piece that has anything behind it, or
 * whose own writer asks, is finished, and all who find it write the same bytes.
 *
 * @returns whether no piece ends there any more; false when it is longer than any of ours, or the file could not be
 * opened a second time
 */
export function blankTornPiece(descriptor: number, path: string, end: number): boolean {
  const start = Math.max(0, end - LONGEST_PIECE)
  const tail = Buffer.allocUnsafe(end - start)
  if (readSync(descriptor, tail, 0, tail.length, start) !== tail.length) return true
  const newline = tail.lastIndexOf(NEWLINE)
  const torn = tail.subarray(newline + 1)
  if (torn.length === 0) return true
  if (newline === -1 && start > 0) return false
  torn.fill(SPACE)
  torn[torn.length - 1] = NEWLINE
  return overwrite(descriptor, path, torn, end - torn.length)
}

/**
 * Blanks the piece of a line that a file which was just rotated away may end in: nobody may append behind it any more.
 *
 * Hazard: the end has to be looked for after the rename. What looks like a piece then is either one, or an append that
 * is not over; whoever makes that will find that the file is not the live one, and write its lines again. The newline
 * that is appended first waits for it. What fails here leaves the piece, and harms no line.
 */
export function endTornPiece(descriptor: number, path: string): void {
  try {
    const end = fstatSync(descriptor).size
    if (!isTornBefore(descriptor, end)) return
    writeSync(descriptor, '\n')
    const next = Buffer.alloc(1)
    readSync(descriptor, next, 0, 1, end)
    if (next[0] === NEWLINE) blankTornPiece(descriptor, path, end)
  } catch {
    // A full disk, for instance.
  }
}

/** Needs a descriptor of its own: one opened with O_APPEND appends whatever position it is given. */
function overwrite(descriptor: number, path: string, bytes: Uint8Array, position: number): boolean {
  const second = openSameFile(descriptor, path)
  try {
    const same = fstatSync(second, { bigint: true })
    const wanted = fstatSync(descriptor, { bigint: true })
    if (same.ino !== wanted.ino || same.dev !== wanted.dev) return false
    return writeSync(second, bytes, 0, bytes.length, position) === bytes.length
  } finally {
    closeSync(second)
  }
}

function openSameFile(descriptor: number, path: string): number {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY)
  } catch {
    return openSync(path, constants.O_WRONLY)
  }
}
