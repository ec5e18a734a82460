import { constants } from 'node:fs'
import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises'

const NOWHERE = '/nowhere/at-all'

const CALLS: Readonly<Record<string, (device: FileHandle) => Promise<unknown>>> = {
  openat: () => open(NOWHERE, 'r'),
  rename: () => rename(NOWHERE, NOWHERE),
  link: () => link(NOWHERE, NOWHERE),
  unlink: () => unlink(NOWHERE),
  mkdir: () => mkdir(NOWHERE),
  write: (device) => device.write('x'),
  pwrite64: (device) => device.write('x', 0),
  read: (device) => device.read(Buffer.alloc(1)),
  ftruncate: (device) => device.truncate(1),
  fsync: (device) => device.sync(),
  fdatasync: (device) => device.datasync(),
}

/**
 * For a process that `runWithFault` starts and that works with `node:fs/promises`; to be awaited before its work.
 * strace counts by thread and would hit the main thread's k-th call, made while it loads modules: this makes the
 * thread pool count from beyond that. The calls change nothing; without strace there are none.
 */
export async function countAhead(): Promise<void> {
  const [syscall = '', calls = '0'] = (process.env['STRACE_AHEAD'] ?? '').split(' ')
  const call = CALLS[syscall]
  if (!call) return
  await using device = await open('/dev/null', constants.O_RDWR)
  for (let made = 0; made < Number(calls); made++) await call(device).catch(() => undefined)
}
