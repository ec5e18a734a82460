/** ASCII text prepared for copying: four bytes at a time cost a third of one at a time. */
export interface Piece {
  readonly words: Float64Array
  readonly length: number
}

export function asciiPiece(text: string): Piece {
  const bytes = Buffer.alloc(Math.ceil(text.length / 8) * 8)
  bytes.write(text)
  const words = Float64Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8))
  return { words, length: text.length }
}

function wordOf(text: string): number {
  return Buffer.from(text.padEnd(4, '\0')).readUInt32LE()
}

/** The digits of 0 to 999: as they are, and with leading zeros; and how many of the latter a fraction needs. */
const DIGITS = new Uint32Array(1000)
const PADDED = new Uint32Array(1000)
const FRACTION_LENGTH = new Uint8Array(1000)
for (let number = 0; number < 1000; number++) {
  const padded = String(number).padStart(3, '0')
  DIGITS[number] = wordOf(String(number))
  PADDED[number] = wordOf(padded)
  FRACTION_LENGTH[number] = padded.replace(/0+$/, '').length
}

interface AsciiBuffer extends Buffer {
  latin1Write?(text: string, at: number): number
}

/** Node has it in all versions but promises only the slower `write`. */
const HAS_LATIN1_WRITE = typeof (Buffer.prototype as AsciiBuffer).latin1Write === 'function'

function writeAscii(bytes: AsciiBuffer, text: string, at: number): number {
  return HAS_LATIN1_WRITE && bytes.latin1Write ? bytes.latin1Write(text, at) : bytes.write(text, at, 'latin1')
}

/** Units that no rule looks at: neither to be escaped nor the end of what may be a secret. */
const WORD_UNITS = new Uint8Array(128)
for (const unit of Buffer.from('ABCDEFGHIKLMNOPQRSTUVWXYZabcdefghiklmnopqrstuvwxyz0123456789/'))
  WORD_UNITS[unit] = 1

/** What may be written beyond `length` and is overwritten by the next: the rest of a word. */
const WORD_REST = 8
const LARGEST_FAST = 1e9

/**
 * The bytes of one line, put together without an object or a string for any part of it. The same instance
 * serves line after line.
 */
export class LineBytes {
  readonly bytes: Buffer
  length = 0
  readonly #view: DataView

  /** @param capacity whatever is put beyond it throws a RangeError or is refused, but never overruns */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity + WORD_REST)
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
  }

  get room(): number {
    return this.bytes.length - WORD_REST - this.length
  }

  toString(): string {
    return this.bytes.toString('utf8', 0, this.length)
  }

  putPiece(piece: Piece): void {
    const { words } = piece
    const view = this.#view
    let at = this.length
    for (let index = 0; index < words.length; index++, at += 8) view.setFloat64(at, words[index] ?? 0, true)
    this.length += piece.length
  }

  /** A string of ASCII letters, digits and `/` between quotes; returns false, with nothing put, for any other. */
  putQuotedWord(text: string): boolean {
    const { bytes, length } = this
    bytes[length] = 0x22
    let at = length + 1
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (WORD_UNITS[unit] !== 1) return false
      bytes[at++] = unit
    }
    bytes[at] = 0x22
    this.length = at + 1
    return true
  }

  /** `text` is ASCII; between quotes. */
  putQuotedAscii(text: string): void {
    const { bytes, length } = this
    bytes[length] = 0x22
    const end = length + 1 + writeAscii(bytes, text, length + 1)
    bytes[end] = 0x22
    this.length = end + 1
  }

  /** Returns false, with nothing put, when there is no room for it. */
  putText(text: string): boolean {
    const room = this.room
    // A UTF-16 unit is at most three bytes; the exact length is asked for only near the end.
    if (text.length * 3 > room && (text.length > room || Buffer.byteLength(text) > room)) return false
    this.length += this.bytes.write(text, this.length)
    return true
  }

  /** As `JSON.stringify` writes it. */
  putNumber(value: number): void {
    if (value >= 0 && value < LARGEST_FAST) {
      if (Math.trunc(value) === value) {
        this.#putInteger(value)
        return
      }
      // A quotient of integers is the number nearest to that decimal, which is what a reader makes of it.
      const thousandths = Math.round(value * 1000)
      if (thousandths < LARGEST_FAST && thousandths / 1000 === value) {
        this.#putThousandths(thousandths)
        return
      }
    }
    this.length += this.bytes.write(Number.isFinite(value) ? String(value) : 'null', this.length)
  }

  #putInteger(value: number): void {
    if (value < 1000) {
      this.#view.setUint32(this.length, DIGITS[value] ?? 0, true)
      this.length += value < 10 ? 1 : value < 100 ? 2 : 3
      return
    }
    const thousands = (value / 1000) | 0
    this.#putInteger(thousands)
    this.#view.setUint32(this.length, PADDED[value - thousands * 1000] ?? 0, true)
    this.length += 3
  }

  #putThousandths(thousandths: number): void {
    const whole = (thousandths / 1000) | 0
    const fraction = thousandths - whole * 1000
    this.#putInteger(whole)
    this.bytes[this.length] = 0x2e
    this.#view.setUint32(this.length + 1, PADDED[fraction] ?? 0, true)
    this.length += 1 + (FRACTION_LENGTH[fraction] ?? 0)
  }
}
