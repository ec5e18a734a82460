import { ByteSource } from './byte-source.ts'
import { isZeroBlock, paddingOf, parseTarHeader, type TarHeader, type TarMember } from './ustar.ts'

const BLOCK_BYTES = 512
const CHUNK_BYTES = 262_144
/** Long names and pax records are read whole, so they have to be small. */
const LARGEST_EXTENSION_BYTES = 65_536
const LONGEST_NAME = 1024
const MAX_MEMBERS = 10_000

/** A regular file in a tar; its content has to be read, or left, before the next member is asked for. */
export interface ArchiveMember extends TarMember {
  readonly chunks: AsyncIterable<Buffer>
}

/** What extension headers say about the member that follows them. */
interface Extension {
  name?: string
  size_bytes?: number
}

/**
 * The regular files of a tar in turn. Long names of GNU tar and pax are understood, folders passed over.
 *
 * @throws Error at whatever is damaged, or not harmless: a link, a device, a sparse file, a name that leads
 * elsewhere (absolute, `..`), a header that does not fit, anything behind the end
 */
export async function* tarMembers(chunks: AsyncIterable<Buffer>): AsyncGenerator<ArchiveMember> {
  const source = new ByteSource(chunks)
  for (let members = 0; ; members++) {
    if (members > MAX_MEMBERS) throw new Error('it has too many members')
    const member = await nextMember(source)
    if (!member) break
    const left = { bytes: member.size_bytes }
    yield { ...member, chunks: contentOf(source, left) }
    await source.skip(left.bytes + paddingOf(member.size_bytes))
  }
  await expectEnd(source)
}

/** Undefined at the first of the blocks that end a tar. */
async function nextMember(source: ByteSource): Promise<TarMember | undefined> {
  const extension: Extension = {}
  for (let headers = 0; headers <= MAX_MEMBERS; headers++) {
    const header = parseTarHeader(await blockOf(source))
    if (!header) return undefined
    const { type } = header
    if (type === 'g') await readExtension(source, header)
    else if (type === 'x') addPaxRecords(extension, await readExtension(source, header))
    else if (type === 'L') extension.name = longName(await readExtension(source, header))
    else {
      const { name = header.name, size_bytes = header.size_bytes } = extension
      delete extension.name
      delete extension.size_bytes
      checkName(name)
      if (type === '0' || type === '7') return { name, size_bytes }
      if (type !== '5' || size_bytes !== 0) throw new Error('a member is not a regular file')
    }
  }
  throw new Error('it has too many headers')
}

async function blockOf(source: ByteSource): Promise<Buffer> {
  const block = await source.exactly(BLOCK_BYTES)
  if (!block) throw new Error('the archive ends too early')
  return block
}

async function* contentOf(source: ByteSource, left: { bytes: number }): AsyncGenerator<Buffer> {
  while (left.bytes > 0) {
    const chunk = await source.some(Math.min(left.bytes, CHUNK_BYTES))
    if (!chunk) throw new Error('the archive ends too early')
    left.bytes -= chunk.length
    yield chunk
  }
}

async function readExtension(source: ByteSource, { size_bytes }: TarHeader): Promise<Buffer> {
  if (size_bytes === 0 || size_bytes > LARGEST_EXTENSION_BYTES) throw new Error('a header is too large')
  const content = await source.exactly(size_bytes)
  if (!content) throw new Error('the archive ends too early')
  await source.skip(paddingOf(size_bytes))
  return content
}

function longName(content: Buffer): string {
  const end = content.indexOf(0)
  return content.toString('utf8', 0, end === -1 ? content.length : end)
}

/** Records of `<length> <key>=<value>\n`, the length that of the whole record in bytes. */
function addPaxRecords(extension: Extension, content: Buffer): void {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const digits = space === -1 ? '' : content.toString('latin1', at, space)
    const end = at + (/^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : Number.NaN)
    const equals = content.indexOf(0x3d, space)
    if (!(end <= content.length && space < equals && equals < end && content[end - 1] === 0x0a)) {
      throw new Error('a header is damaged')
    }
    const key = content.toString('utf8', space + 1, equals)
    const value = content.toString('utf8', equals + 1, end - 1)
    if (key.startsWith('GNU.sparse.')) throw new Error('a member is not a regular file')
    if (key === 'path') extension.name = value
    else if (key === 'size') extension.size_bytes = paxSize(value)
    at = end
  }
}

function paxSize(value: string): number {
  const size_bytes = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(size_bytes)) return size_bytes
  throw new Error('a header is damaged')
}

/** We extract nothing; but a name that would lead elsewhere is an attack on who does, so all of it is suspect. */
function checkName(name: string): void {
  const is_harmless =
    name.length > 0 &&
    name.length <= LONGEST_NAME &&
    !/^[/~]|^[a-z]:|[\\\u0000-\u001f\u007f-\u009f]/iu.test(name) &&
    !name.split('/').includes('..')
  if (!is_harmless) throw new Error('a member has a name that is refused')
}

/** Two zero blocks at least, and nothing but zeros behind them: tar fills up its last record. */
async function expectEnd(source: ByteSource): Promise<void> {
  if (!isZeroBlock(await blockOf(source))) throw new Error('something follows the end of the archive')
  for (let rest = await source.some(CHUNK_BYTES); rest; rest = await source.some(CHUNK_BYTES)) {
    if (!isZeroBlock(rest)) throw new Error('something follows the end of the archive')
  }
}
