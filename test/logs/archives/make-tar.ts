import { gzipSync } from 'node:zlib'
import { paddingOf, tarHeader } from '../../../src/logs/archives/ustar.ts'

export interface TarEntry {
  readonly name: string
  /** Default `0`, a regular file. */
  readonly type?: string
  readonly content?: string | Buffer
  /** Said in the header instead of the content's own size. */
  readonly size_bytes?: number
  /** The twelve bytes of the size themselves. */
  readonly raw_size?: Buffer
}

/** A tar, however wrong its headers are; their check sums are right. */
export function tarOf(entries: readonly TarEntry[], end: Buffer = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), end])
}

export function tarGz(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tarOf(entries))
}

/** `<length> <key>=<value>\n` */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  const length = bytes + String(bytes + String(bytes).length).length
  return `${length}${rest}`
}

function blocksOf(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '')
  const header = tarHeader({ name: 'placeholder', size_bytes: entry.size_bytes ?? content.length }, 0)
  header.fill(0, 0, 100)
  header.write(entry.name, 0, 100, 'utf8')
  header.write(entry.type ?? '0', 156, 'latin1')
  entry.raw_size?.copy(header, 124)
  signHeader(header)
  return [header, content, Buffer.alloc(paddingOf(content.length))]
}

export function signHeader(header: Buffer): void {
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}
