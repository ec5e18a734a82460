import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ARCHIVES, listArchives } from '../directory/listing.ts'
import { hashRange } from '../directory/plain-file.ts'
import { readFirstMember, readMembers, type ReadMember } from './read-archive.ts'

/**
 * A member's name: the rotated file's own; for what a late writer added to it `<name>+<from>`; and with
 * `~<size>` behind it what was taken from a file of that size whose newest lines stayed.
 */
export function memberName(file_name: string, from: number, shortened_from?: number): string {
  return `${file_name}${from === 0 ? '' : `+${from}`}${shortened_from === undefined ? '' : `~${shortened_from}`}`
}

/** Which bytes of which rotated file a member holds. */
export interface MemberPlace {
  readonly file_name: string
  readonly from: number
  /** The size that the file had before it was shortened; undefined when it went whole. */
  readonly shortened_from: number | undefined
}

/** The other way round, for any name. */
export function parseMemberName(name: string): MemberPlace {
  const [, file_name = name, from = '0', size] = /^(.*?)(?:\+(\d{1,15}))?(?:~(\d{1,15}))?$/.exec(name) ?? []
  return { file_name, from: Number(from), shortened_from: size === undefined ? undefined : Number(size) }
}

interface Candidate {
  readonly archive_name: string
  readonly member_name: string
  /** A shorter file is not the one that the member was taken from, but what stayed of it. */
  readonly least_size: number
}

/**
 * Which rotated files are in an archive already: a run that was killed between making an archive and removing
 * or shortening the file leaves both. The random token in a rotated file's name makes it good for a first
 * look; what decides is the content.
 */
export class ArchiveIndex {
  readonly #directory: string
  readonly #candidates = new Map<string, Candidate[]>()
  #is_read = false

  /** @param directory the log folder */
  constructor(directory: string) {
    this.#directory = directory
  }

  add(member_name: string, archive_name: string): void {
    const { file_name, from, shortened_from = 0 } = parseMemberName(member_name)
    const key = memberName(file_name, from)
    const candidate = { archive_name, member_name, least_size: shortened_from }
    this.#candidates.set(key, [...(this.#candidates.get(key) ?? []), candidate])
  }

  /** Has the archives looked at again, when one may have been made in spite of a failure. */
  forget(): void {
    this.#candidates.clear()
    this.#is_read = false
  }

  /** How many bytes from its start the archives hold of a file, each archive read back whole. */
  async archivedBytes(file_name: string, handle: FileHandle): Promise<number> {
    if (!this.#is_read) await this.#read()
    const { size } = await handle.stat()
    let archived = 0
    for (;;) {
      const found = await this.#bytesAt(file_name, archived, handle, size)
      if (found === 0) return archived
      archived += found
    }
  }

  async #bytesAt(file_name: string, from: number, handle: FileHandle, size: number): Promise<number> {
    for (const candidate of this.#candidates.get(memberName(file_name, from)) ?? []) {
      const { archive_name, member_name, least_size } = candidate
      if (size < least_size) continue
      const member = await onlyMember(join(this.#directory, ARCHIVES, archive_name))
      if (!member || member.name !== member_name || from + member.size_bytes > size) continue
      const sha256 = await hashRange(handle, from, from + member.size_bytes)
      if (sha256 === member.sha256) return member.size_bytes
    }
    return 0
  }

  async #read(): Promise<void> {
    for (const { name } of await listArchives(this.#directory)) {
      const member = await readFirstMember(join(this.#directory, ARCHIVES, name))
      if (member) this.add(member.name, name)
    }
    this.#is_read = true
  }
}

/** Undefined for an archive that is damaged, and so proves nothing. */
async function onlyMember(path: string): Promise<ReadMember | undefined> {
  try {
    const members = await readMembers(path)
    return members.length === 1 ? members[0] : undefined
  } catch {
    return undefined
  }
}
