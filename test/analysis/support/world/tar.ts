import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'

const BLOCK = 512

export interface TarMember {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A `tar.gz` in the ustar form, as `tar -czf` would make it. */
export function tarGzip(members: readonly TarMember[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { name, bytes } of members) {
    const padding = (BLOCK - (bytes.length % BLOCK)) % BLOCK
    parts.push(header(name, bytes.length), bytes, Buffer.alloc(padding))
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]))
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  block.write(name, 0)
  block.write(
    `${octal(0o640, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0`,
    100,
  )
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}
