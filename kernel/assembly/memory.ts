// Linear memory: what is static, where the input lies, and a heap that only grows.

/** Bytes behind the input that are always zero, so that 16-byte loads at its end stop there. */
export const PADDING: usize = 64

let heap_end: usize = 0
let input: usize = 0

/** Reserves the input region; everything allocated later lies behind it. */
export function reserveInput(bytes: usize): usize {
  if (heap_end == 0) heap_end = (__heap_base + 63) & ~63
  input = allocate(bytes + PADDING)
  return input
}

/** Zeroed memory, aligned to 16 bytes; traps when the machine has no more. */
export function allocate(bytes: usize): usize {
  const at = heap_end
  heap_end = (heap_end + bytes + 15) & ~15
  // The last load of a key or a line may reach 16 bytes beyond it.
  const wanted = heap_end + PADDING
  const has = (<usize>memory.size()) << 16
  if (wanted > has) {
    const pages = <i32>((wanted - has + 0xffff) >> 16)
    if (memory.grow(max(pages, 16)) < 0) unreachable()
  }
  return at
}

/** A place to build keys in; longer ones are cut. */
export const SCRATCH_BYTES: usize = 8192
export const SCRATCH: usize = memory.data(8192 + 64, 16)
