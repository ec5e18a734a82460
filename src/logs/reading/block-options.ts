export interface ReadBlocksOptions {
  /** Bytes of a block, at least 4,096; a longer line makes it grow. Default 1 MiB. */
  readonly block_bytes?: number
  /** Ends the reading with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A longer line is no log line and must not fill the memory: it is given cut to `CUT_LINE_BYTES`. */
export const LARGEST_LINE_BYTES: number = 16 * 1_048_576
export const CUT_LINE_BYTES = 4096

const DEFAULT_BLOCK_BYTES = 1_048_576
const SMALLEST_BLOCK_BYTES = 4096

export function blockBytes({ block_bytes = DEFAULT_BLOCK_BYTES }: ReadBlocksOptions): number {
  return Math.min(LARGEST_LINE_BYTES, Math.max(SMALLEST_BLOCK_BYTES, block_bytes))
}
