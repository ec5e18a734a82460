import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ARCHIVES, listArchives } from '../directory/listing.ts'
import { hashRange } from '../directory/plain-file.ts'
import { readFirstMember, readMembers, type ReadMember } from './read-archive.ts'

/** A member's name: the rotated file's own, or for what a late writer added to it `<name>+<offset>`. */
export function memberName(file_name: string, from: number): string {
  return from === 0 ? file_name : `${file_name}+${from}`
}

/**
 * Which rotated files are in an archive already: a run that was killed between making an archive and removing
 * the file leaves both. The random token in a rotated file's name makes it good for a first look; what decides
 * is the content.
 */
export class ArchiveIndex {
  readonly #directory: string
  readonly #archives_by_member = new Map<string, string[]>()
  #is_read = false

  /** @param directory the log folder */
  constructor(directory: string) {
    this.#directory = directory
  }

  add(member_name: string, archive_name: string): void {
    const archives = this.#archives_by_member.get(member_name)
    if (archives) archives.push(archive_name)
    else this.#archives_by_member.set(member_name, [archive_name])
  }

  /** Has the archives looked at again, when one may have been made in spite of a failure. */
  forget(): void {
    this.#archives_by_member.clear()
    this.#is_read = false
  }

  /** How many bytes from its start the archives hold of a file, each archive read back whole. */
  async archivedBytes(file_name: string, handle: FileHandle): Promise<number> {
    if (!this.#is_read) await this.#read()
    const { size } = await handle.stat()
    let archived = 0
    for (;;) {
      const name = memberName(file_name, archived)
      const found = await this.#bytesOf(name, handle, archived, size)
      if (found === 0) return archived
      archived += found
    }
  }

  async #bytesOf(name: string, handle: FileHandle, from: number, size: number): Promise<number> {
    for (const archive of this.#archives_by_member.get(name) ?? []) {
      const member = await onlyMember(join(this.#directory, ARCHIVES, archive))
      if (!member || member.name !== name || from + member.size_bytes > size) continue
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
