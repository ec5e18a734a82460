import { openPlainFile } from '../directory/plain-file.ts'
import { gunzipChunks } from './gunzip-chunks.ts'
import { tarMembers, type ArchiveMember } from './tar-members.ts'

export interface StreamMembersOptions {
  /** As for `gunzipChunks`. */
  readonly max_bytes?: number
}

/**
 * The regular files of a `.tar.gz` in turn, ours or one that was made by hand, in flat memory. Each member's
 * chunks have to be read, or left, before the next member is asked for; they are new buffers, free to keep.
 *
 * @throws system errors (`ELOOP` for a symbolic link); Error for what {@link tarMembers} refuses, for damaged
 * gzip, and for one that expands to too much; members before the damage are given all the same
 */
export async function* streamMembers(
  path: string,
  options: StreamMembersOptions = {},
): AsyncGenerator<ArchiveMember> {
  await using handle = await openPlainFile(path)
  yield* tarMembers(gunzipChunks(handle, options.max_bytes))
}
