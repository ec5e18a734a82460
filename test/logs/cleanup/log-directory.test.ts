import assert from 'node:assert/strict'
import fs, { mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import test from 'node:test'
import type { LogMaintenance } from '../../../src/api/logs/log-maintenance.ts'
import { cleanupStatusSchema } from '../../../src/api/logs/logs.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../writing/log-directory.ts'
import { plantArchive, plantLog } from './log-folder.ts'

function logDirectory(directory: string, min_free_bytes = 0): LogDirectory {
  return new LogDirectory({ directory, clock: new FakeClock(), min_free_bytes })
}

test('a log directory is what the API needs for its maintenance', (t) => {
  const maintenance: LogMaintenance = logDirectory(temporaryDirectory(t))
  assert.equal(typeof maintenance.status, 'function')
})

test('the status lists live and rotated files, archives and their sums, and fits the API', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'errors.log'), Buffer.alloc(1_572_864, 'x'))
  utimesSync(join(directory, 'errors.log'), 1_790_000_000, 1_790_000_000)
  plantLog(directory, 'operations', { number: 0, lines: 0 })
  plantLog(directory, 'operations', { number: 1, lines: 0 })
  plantLog(directory, 'operations', { number: 2, lines: 0 })
  plantArchive(directory, 'api_calls_20261101_020000.tar.gz', Buffer.alloc(262_144))
  plantArchive(directory, 'progress_20261102_020304_12.tar.gz', Buffer.alloc(524_288))
  const modified = '2026-11-22T10:15:00.000Z'
  const status = await logDirectory(directory).status()
  assert.deepEqual(status, {
    timestamp: '2026-11-22T10:15:00.000Z',
    log_files: [
      { name: 'operations.log', size_mb: 0, modified },
      { name: 'operations.log.000002-aaaaaaa2', size_mb: 0, modified },
      { name: 'operations.log.000001-aaaaaaa1', size_mb: 0, modified },
      { name: 'errors.log', size_mb: 1.5, modified: '2026-09-21T14:13:20.000Z' },
    ],
    archives: [
      { name: 'progress_20261102_020304_12.tar.gz', size_mb: 0.5, created: '2026-11-02T02:03:04.000Z' },
      { name: 'api_calls_20261101_020000.tar.gz', size_mb: 0.25, created: '2026-11-01T02:00:00.000Z' },
    ],
    total_log_size_mb: 1.5,
    total_archive_size_mb: 0.75,
    last_cleanup: null,
    next_cleanup: null,
    history: [],
  })
  assert.deepEqual(cleanupStatusSchema.parse(status), status)
})

test('the status shows nothing but files with names of ours', async (t) => {
  const directory = temporaryDirectory(t)
  const secret = join(temporaryDirectory(t), 'secret')
  writeFileSync(secret, 'secret')
  symlinkSync(secret, join(directory, 'operations.log'))
  symlinkSync(secret, join(directory, 'operations.log.000001-aaaaaaaa'))
  mkdirSync(join(directory, 'errors.log'))
  for (const name of ['other.log', 'operations.log.1', 'operations.log.000001-zz', '.cleanup.lock']) {
    writeFileSync(join(directory, name), 'x')
  }
  for (const name of [
    'secret.tar.gz',
    'operations_20261301_000000.tar.gz',
    'operations_20261101_000000.tar.gz.tmp',
    'operations_20261101_000000_.tar.gz',
    '..operations_20261101_000000.tar.gz',
  ]) {
    plantArchive(directory, name)
  }
  symlinkSync(secret, join(directory, 'archives', 'operations_20261101_000000.tar.gz'))
  const { log_files, archives } = await logDirectory(directory).status()
  assert.deepEqual({ log_files, archives }, { log_files: [], archives: [] })
})

test('the status follows no link to another archive folder', async (t) => {
  const directory = temporaryDirectory(t)
  const elsewhere = temporaryDirectory(t)
  plantArchive(elsewhere, 'operations_20261101_000000.tar.gz')
  symlinkSync(join(elsewhere, 'archives'), join(directory, 'archives'))
  assert.deepEqual((await logDirectory(directory).status()).archives, [])
})

test('a live file that is rotated while the folder is listed is not missing', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 0, lines: 50 })
  plantLog(directory, 'operations', { number: 1, lines: 40 })
  const live = join(directory, 'operations.log')
  const { lstat } = fs.promises
  let rotated = false
  const hooked = t.mock.method(fs.promises, 'lstat', async (path: string, options: { bigint: true }) => {
    if (path === live && !rotated) {
      rotated = true
      renameSync(live, `${live}.000002-aaaaaaaa`)
      writeFileSync(live, '')
    }
    return await lstat(path, options)
  })
  syncBuiltinESMExports()
  try {
    const { log_files } = await logDirectory(directory).status()
    assert.deepEqual(
      log_files.map(({ name }) => name),
      ['operations.log', 'operations.log.000002-aaaaaaaa', 'operations.log.000001-aaaaaaa1'],
    )
  } finally {
    hooked.mock.restore()
    syncBuiltinESMExports()
  }
})

test('the status of a missing directory is empty', async (t) => {
  const status = await logDirectory(join(temporaryDirectory(t), 'missing')).status()
  assert.deepEqual(
    [status.log_files, status.archives, status.total_log_size_mb, status.total_archive_size_mb],
    [[], [], 0, 0],
  )
})

test('a directory that can be written is healthy, and looking leaves nothing behind', async (t) => {
  const directory = temporaryDirectory(t)
  assert.deepEqual(await logDirectory(directory).directoryHealth(), { ok: true, message: null })
  assert.deepEqual(readdirSync(directory), [])
})

test('health says in a sentence what is wrong with the directory', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'file'), '')
  const sentence = async (path: string): Promise<string | null> =>
    (await logDirectory(path).directoryHealth()).message
  assert.equal(await sentence(join(directory, 'missing')), 'The log folder does not exist.')
  assert.equal(await sentence(join(directory, 'file')), 'The log folder is a file.')
  const full = await logDirectory(directory, Number.MAX_SAFE_INTEGER).directoryHealth()
  assert.equal(full.ok, false)
  assert.match(full.message ?? '', /^Only \d+ MB are free where the logs are\.$/)
})
