const BLOCK_BYTES = 512
/** What eleven octal digits hold. */
const LARGEST_MEMBER_BYTES = 8 ** 11 - 1
const LONGEST_NAME = 100
const CHECKSUM_AT = 148

export interface TarMember {
  readonly name: string
  readonly size_bytes: number
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
 * Undefined for the zero block that ends an archive.
 * @throws Error for what is no header of a regular file
 */
export function parseTarHeader(block: Buffer): TarMember | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const octal = (at: number, digits: number): number =>
    Number.parseInt(block.toString('latin1', at, at + digits), 8)
  if (block.toString('latin1', 257, 262) !== 'ustar' || octal(CHECKSUM_AT, 6) !== checksum(block)) {
    throw new Error('not a tar header')
  }
  if (block[156] !== 0x30) throw new Error('not a regular file')
  const end = block.indexOf(0)
  const size_bytes = octal(124, 11)
  if (!Number.isSafeInteger(size_bytes)) throw new Error('no size')
  const name = block.toString('utf8', 0, end === -1 || end > LONGEST_NAME ? LONGEST_NAME : end)
  return { name, size_bytes }
}

/** The sum of all bytes, the checksum's own taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 0
  for (const [at, byte] of block.entries()) sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : byte
  return sum
}
