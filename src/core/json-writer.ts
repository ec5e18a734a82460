const DAY_MS = 86_400_000
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const COLON = 0x3a
const POINT = 0x2e
/** The letter Z. */
const UTC = 0x5a
const TIME_BYTES = '"2000-01-01T00:00:00.000Z"'.length
/** The numbers that are written digit by digit: of 32 bits, as arithmetic on them is fast. */
const MOST_COUNTED = 0x7fff_ffff
const encoder = new TextEncoder()

/** Characters of JSON that are always the same, as bytes. */
export function jsonPiece(text: string): Uint8Array {
  return encoder.encode(text)
}

const NULL = jsonPiece('null')
const TRUE = jsonPiece('true')
const FALSE = jsonPiece('false')

/**
 * Writes JSON as UTF-8 into one buffer that it keeps. A server makes lists all the time: put together as strings, each
 * of them is hundreds of kilobytes of garbage.
 */
export class JsonWriter {
  #bytes = new Uint8Array(64 * 1024)
  #length = 0
  #day = Number.NaN
  readonly #date = new Uint8Array('2000-01-01T'.length)

  /** What was written, as bytes of their own, and begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  piece(piece: Uint8Array): void {
    this.#makeRoom(piece.length)
    this.#bytes.set(piece, this.#length)
    this.#length += piece.length
  }

  text(text: string | null): void {
    if (text === null) {
      this.piece(NULL)
      return
    }
    this.#makeRoom(text.length + 2)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = QUOTE
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) {
        this.json(JSON.stringify(text))
        return
      }
      bytes[at++] = code
    }
    bytes[at++] = QUOTE
    this.#length = at
  }

  /** JSON that somebody else has made. */
  json(text: string): void {
    this.#makeRoom(3 * text.length)
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written
  }

  flag(flag: boolean): void {
    this.piece(flag ? TRUE : FALSE)
  }

  /** JSON has no other numbers than finite ones: they become `null`. */
  number(value: number | null): void {
    if (value !== null && value >= 0 && value <= MOST_COUNTED && Math.trunc(value) === value) {
      this.#makeRoom(10)
      this.#length = writeDigits(this.#bytes, this.#length, value)
    } else if (value === null || !Number.isFinite(value)) {
      this.piece(NULL)
    } else {
      this.#ascii(String(value))
    }
  }

  /** A time in epoch milliseconds in the form of `Date.prototype.toISOString`, quoted. */
  time(at_ms: number | null): void {
    if (at_ms === null) {
      this.piece(NULL)
      return
    }
    const day = Math.floor(at_ms / DAY_MS)
    if (day !== this.#day && !this.#setDay(day, at_ms)) {
      this.json(JSON.stringify(new Date(at_ms)))
      return
    }
    this.#makeRoom(TIME_BYTES)
    const bytes = this.#bytes
    const of_day = Math.trunc(at_ms - day * DAY_MS)
    let at = this.#length
    bytes[at++] = QUOTE
    bytes.set(this.#date, at)
    at = writeTwo(bytes, at + this.#date.length, Math.trunc(of_day / 3_600_000))
    bytes[at++] = COLON
    at = writeTwo(bytes, at, Math.trunc(of_day / 60_000) % 60)
    bytes[at++] = COLON
    at = writeTwo(bytes, at, Math.trunc(of_day / 1000) % 60)
    bytes[at++] = POINT
    bytes[at++] = ZERO + Math.trunc((of_day % 1000) / 100)
    at = writeTwo(bytes, at, of_day % 100)
    bytes[at++] = UTC
    bytes[at++] = QUOTE
    this.#length = at
  }

  /** Of many times of one day, as in a list, the date is made once. False for years that have more than four digits. */
  #setDay(day: number, at_ms: number): boolean {
    const date = new Date(at_ms).toISOString().slice(0, -'00:00:00.000Z'.length)
    if (date.length !== this.#date.length) return false
    encoder.encodeInto(date, this.#date)
    this.#day = day
    return true
  }

  #ascii(text: string): void {
    this.#makeRoom(text.length)
    for (let index = 0; index < text.length; index++) this.#bytes[this.#length++] = text.charCodeAt(index)
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + length))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

function writeDigits(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value
    return at + 1
  }
  let end = at + 1
  for (let rest = value; rest >= 10; rest = Math.trunc(rest / 10)) end++
  let place = end
  for (let rest = value; place > at; rest = Math.trunc(rest / 10)) bytes[--place] = ZERO + (rest % 10)
  return end
}

function writeTwo(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = ZERO + Math.trunc(value / 10)
  bytes[at + 1] = ZERO + (value % 10)
  return at + 2
}
