const BLOCK_BYTES = 512
/** What eleven octal digits hold. */
const LARGEST_MEMBER_BYTES = 8 ** 11 - 1
const LONGEST_NAME = 100
const CHECKSUM_AT = 148

export interface TarMember {
  readonly name: string
  readonly size_bytes: number
}

export interface TarHeader extends TarMember {
  /** `0` for a regular file; see {@link tarMembers} for the others. */
  readonly type: string
}

/** The header block of a regular file; owner and group are left at root, the mode is that of log files. */
export function tarHeader(member: TarMember, modified_ms: number): Buffer {
  const { name, size_bytes } = member
  if (Buffer.byteLength(name) > LONGEST_NAME || size_bytes > LARGEST_MEMBER_BYTES) {
    throw new RangeError(`${name} with ${size_bytes} bytes does not fit a tar header`)
  }
  const block = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, digits: number, at: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), at, 'latin1')
  }
  block.write(name, 0, 'utf8')
  octal(0o640, 7, 100)
  octal(0, 7, 108)
  octal(0, 7, 116)
  octal(size_bytes, 11, 124)
  octal(Math.max(0, Math.floor(modified_ms / 1000)), 11, 136)
  block.write('0', 156, 'latin1')
  block.write('ustar\u000000', 257, 'latin1')
  octal(checksum(block), 6, CHECKSUM_AT)
  block.write('\0 ', CHECKSUM_AT + 6, 'latin1')
  return block
}

/** What follows the content of the last member: zeros to the end of its block, and the two end blocks. */
export function tarEnd(size_bytes: number): Buffer {
  return Buffer.alloc(paddingOf(size_bytes) + 2 * BLOCK_BYTES)
}

/** Zeros between a member's content and the next block. */
export function paddingOf(size_bytes: number): number {
  return (BLOCK_BYTES - (size_bytes % BLOCK_BYTES)) % BLOCK_BYTES
}

/**
 * Undefined for the zero block that ends an archive. Takes ustar, GNU and pax headers alike.
 * @throws Error for what is no header, or has no size
 */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (isZeroBlock(block)) return undefined
  const is_ustar = block.toString('latin1', 257, 262) === 'ustar'
  if (!is_ustar || octalAt(block, CHECKSUM_AT, 8) !== checksum(block)) throw new Error('not a tar header')
  const size_bytes = sizeOf(block)
  if (size_bytes === undefined) throw new Error('no size')
  const type = block[156] === 0 ? '0' : block.toString('latin1', 156, 157)
  // GNU's own form has times where ustar has the first part of a long name.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : ''
  const name = textAt(block, 0, LONGEST_NAME)
  return { name: prefix === '' ? name : `${prefix}/${name}`, size_bytes, type }
}

export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0)
}

function textAt(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}

/** Undefined for anything but octal digits, with spaces before and a space or a zero behind them. */
function octalAt(block: Buffer, at: number, length: number): number | undefined {
  const digits = /^ *([0-7]+)[\0 ]*$/.exec(block.toString('latin1', at, at + length))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

/** Octal digits, or as GNU tar writes a size that is too large for them: a number to the base 256. */
function sizeOf(block: Buffer): number | undefined {
  if (block[124] !== 0x80) return octalAt(block, 124, 12)
  const size = block.readBigUInt64BE(128)
  const is_safe = block.readUIntBE(125, 3) === 0 && size <= BigInt(Number.MAX_SAFE_INTEGER)
  return is_safe ? Number(size) : undefined
}

/** The sum of all bytes, the checksum's own taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 0
  for (const [at, byte] of block.entries()) sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : byte
  return sum
}
