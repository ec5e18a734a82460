import { open, type FileHandle } from 'node:fs/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { MonitorError } from '../../core/errors.ts'

const CHUNK_BYTES = 262_144
const SNIFFED_BYTES = 65_536

export interface OpenedDump {
  /** Decoded text in pieces. */
  readonly text: AsyncIterable<string>
  /** Of the file, as stored. */
  readonly size_bytes: number
  /** How many bytes of the file were read. */
  readonly readBytes: () => number
}

type Packing = 'plain' | 'gzip' | 'zstd'

/** The text of a dump, packed or not, in the character set that it names; UTF-8 otherwise. */
export async function openDump(path: string, handle: FileHandle): Promise<OpenedDump> {
  const { size } = await handle.stat()
  const head = Buffer.alloc(16)
  const { bytesRead } = await handle.read(head, 0, head.length, 0)
  const packing = packingOf(head.subarray(0, bytesRead), path)
  let read = 0
  async function* file(): AsyncGenerator<Buffer> {
    for await (const chunk of handle.createReadStream({
      start: 0,
      highWaterMark: CHUNK_BYTES,
      autoClose: false,
    })) {
      read += (chunk as Buffer).length
      yield chunk as Buffer
    }
  }
  return { text: decoded(unpacked(file(), packing, path)), size_bytes: size, readBytes: () => read }
}

export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    throw new MonitorError('not_found_locally', `${path} cannot be read.`, {
      cause: error,
      next_step: 'Check the name of the dump, and whether this user may read it.',
    })
  }
}

function packingOf(head: Buffer, path: string): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return 'zstd'
  const start = head.toString('latin1')
  const unreadable: readonly (readonly [string, string])[] = [
    ['PGDMP', 'It is in the custom form of pg_dump: make it plain with pg_restore -f dump.sql.'],
    ['BZh', 'Unpack it with bunzip2 first.'],
    ['\u00fd7zXZ', 'Unpack it with unxz first.'],
    ['PK\u0003\u0004', 'Unpack it with unzip first.'],
  ]
  for (const [magic, next_step] of unreadable) {
    if (start.startsWith(magic)) throw new MonitorError('usage', `${path} is no SQL text.`, { next_step })
  }
  return 'plain'
}

async function* unpacked(
  file: AsyncIterable<Buffer>,
  packing: Packing,
  path: string,
): AsyncGenerator<Buffer> {
  if (packing === 'plain') {
    yield* file
    return
  }
  const unpack = packing === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress()
  const feed = (async () => {
    try {
      for await (const chunk of file) {
        if (!unpack.write(chunk)) await new Promise((resolve) => unpack.once('drain', resolve))
        if (unpack.destroyed) return
      }
      unpack.end()
    } catch (error) {
      unpack.destroy(error as Error)
    }
  })()
  try {
    for await (const chunk of unpack) yield chunk as Buffer
    await feed
  } catch (error) {
    throw new MonitorError(
      'log_unreadable',
      `${path} is damaged or was cut off: it cannot be unpacked to its end.`,
      {
        cause: error,
        next_step:
          'Copy it again, compare its checksum, and run the import again: it goes on where it stopped.',
      },
    )
  } finally {
    unpack.destroy()
  }
}

async function* decoded(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  const first: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    if (decoder !== null) {
      yield decoder.decode(chunk, { stream: true })
      continue
    }
    first.push(chunk)
    size += chunk.length
    if (size < SNIFFED_BYTES) continue
    const start = Buffer.concat(first)
    decoder = new TextDecoder(charsetOf(start))
    yield decoder.decode(start, { stream: true })
  }
  const rest = decoder === null ? Buffer.concat(first) : Buffer.alloc(0)
  decoder ??= new TextDecoder(charsetOf(rest))
  yield decoder.decode(rest)
}

const NAMED = /(?:SET NAMES\s+'?|client_encoding\s*=\s*'?|CHARSET=)([A-Za-z0-9_-]+)/i
const CHARSETS: Readonly<Record<string, string>> = {
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  latin2: 'iso-8859-2',
  win1252: 'windows-1252',
  cp1251: 'windows-1251',
  win1251: 'windows-1251',
  gbk: 'gbk',
  big5: 'big5',
  sjis: 'shift_jis',
  ujis: 'euc-jp',
  euckr: 'euc-kr',
}

/** The first character set that the head of the dump names: that is the one it is written in. */
function charsetOf(head: Buffer): string {
  // What PowerShell writes with `>`.
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const named = NAMED.exec(head.subarray(0, SNIFFED_BYTES).toString('latin1'))?.[1]?.toLowerCase() ?? ''
  return CHARSETS[named] ?? 'utf-8'
}
