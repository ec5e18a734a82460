/**
 * Bytes that are made for one answer and given back as soon as it is sent. Left to the garbage collector, the pages of
 * a busy server are hundreds of megabytes a second that it must look for, and its pauses are what the slowest of a
 * hundred requests waits for.
 */
const passing = new WeakSet<Uint8Array>()

/** Says that nobody needs these bytes after they were sent once. */
export function passingBytes(bytes: Uint8Array): Uint8Array {
  passing.add(bytes)
  return bytes
}

/** Says that these are sent more than once. */
export function keepBytes(bytes: unknown): void {
  if (bytes instanceof Uint8Array) passing.delete(bytes)
}

/** Gives bytes back that were sent, or will not be, unless somebody else needs them. */
export function bytesAreDone(bytes: Uint8Array): void {
  if (passing.delete(bytes)) giveBack(bytes)
}

/** Gives the memory of these bytes back, if it is theirs alone; they are empty afterwards. */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
