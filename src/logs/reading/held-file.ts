import { fstat, read } from 'node:fs'
import { promisify } from 'node:util'
import type { ReadableFile } from '../directory/plain-file.ts'

const readAt = promisify(read)
const statOf = promisify(fstat)

/** A file that somebody else holds open, perhaps in another thread: closing it here does nothing. */
export class HeldFile implements ReadableFile {
  readonly fd: number

  constructor(descriptor: number) {
    this.fd = descriptor
  }

  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> {
    return readAt(this.fd, buffer, offset, length, position)
  }

  stat(): Promise<{ readonly size: number }> {
    return statOf(this.fd)
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
