import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
import { openStore, sqlitePath } from '../../src/store/open-store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
const HEADER_BYTES = 100
let files = 0

function fileOf(bytes: Uint8Array): string {
  const path = join(directory, `damaged-${++files}.db`)
  writeFileSync(path, bytes)
  return path
}

/** What opening and using the file throws, or null. */
async function openAndUse(path: string): Promise<unknown> {
  let store: SqliteStore | undefined
  try {
    store = new SqliteStore(path)
    await store.syncs.listSyncs({ limit: 5 })
    await store.syncs.startSync(syncStart('one more'))
    return null
  } catch (error) {
    return error
  } finally {
    await store?.close()
  }
}

function assertCorrupt(error: unknown, what: string): void {
  assert.ok(isMonitorError(error), `${what}: ${String(error)}`)
  assert.equal(error.code, 'database_corrupt', what)
  assert.match(error.message, /^\S+ is damaged or is not a SQLite database\.$/)
  assert.match(error.next_step, /backup/)
}

describe('a damaged database', () => {
  let good = Buffer.alloc(0)
  before(async () => {
    const path = join(directory, 'good.db')
    await using store = new SqliteStore(path)
    for (let index = 0; index < 5; index++) await store.syncs.startSync(syncStart(`sync-${index}`))
    await store.close()
    good = readFileSync(path)
  })

  it('is told when it is something else', async () => {
    assertCorrupt(await openAndUse(fileOf(Buffer.from('id,name\n1,Algebra\n'.repeat(500)))), 'a csv file')
    await assert.rejects(openStore(`sqlite:${fileOf(Buffer.from('garbage '.repeat(900)))}`), {
      name: 'MonitorError',
      code: 'database_corrupt',
    })
  })

  it('is told when it was cut short', async () => {
    for (const size of [100, 512, 4095, 4096, 4097, good.length >> 1, good.length - 4096]) {
      assertCorrupt(await openAndUse(fileOf(good.subarray(0, size))), `${size} bytes`)
    }
  })

  it('is told when a bit of its header flipped, unless SQLite can do without it', async () => {
    const random = seededRandom(20_261_122)
    const told = new Set<number>()
    for (let offset = 0; offset < HEADER_BYTES; offset++) {
      const bytes = Buffer.from(good)
      bytes[offset] = (bytes[offset] ?? 0) ^ (1 << Math.floor(random() * 8))
      const error = await openAndUse(fileOf(bytes))
      if (error === null) continue
      // Byte 18 says which SQLite versions may write: a later one makes the file read-only.
      if (offset === 18 && isMonitorError(error) && error.code === 'not_writable') continue
      assertCorrupt(error, `byte ${offset}`)
      told.add(offset)
    }
    for (const offset of [0, 15, 16, 21, 28, 47]) assert.ok(told.has(offset), `byte ${offset}`)
  })

  it('is new when it is empty', async () => {
    assert.equal(await openAndUse(fileOf(Buffer.alloc(0))), null)
  })
})

describe('a database that cannot be written', () => {
  // Permission bits do not stop root, so these are places where nobody can make a file.
  const file = fileOf(Buffer.alloc(0))
  const folder = join(directory, 'folder.db')
  mkdirSync(folder)
  const places = [
    join(file, 'x.db'),
    join(file, 'deeper', 'x.db'),
    folder,
    join(directory, 'n'.repeat(300), 'x.db'),
    ...(process.platform === 'linux' ? ['/proc/x.db', '/proc/none/x.db'] : []),
  ]
  for (const [index, place] of places.entries()) {
    it(`is told in one sentence with what to do (place ${index + 1})`, () => {
      assert.throws(() => new SqliteStore(place), {
        name: 'MonitorError',
        code: 'not_writable',
        message: `The database ${place} cannot be opened for writing.`,
        next_step: /permission/,
      })
    })
  }

  it('has its folders made when they can be', async () => {
    assert.equal(await openAndUse(join(directory, 'a', 'b', 'c.db')), null)
  })
})

describe('the URL of a database', () => {
  it('names a file, absolute or below the current folder', () => {
    assert.equal(sqlitePath('sqlite:/var/x.db'), '/var/x.db')
    assert.equal(sqlitePath('sqlite:///var/x.db'), '/var/x.db')
    assert.equal(sqlitePath('sqlite:data/x.db'), join(process.cwd(), 'data/x.db'))
  })

  it('is refused without its credentials when it is not understood', () => {
    for (const url of ['mysql://me:pa@ss/word@host/db', 'postgres://me:secret@host/db', 'sqlite:', 'x.db']) {
      assert.throws(
        () => sqlitePath(url),
        (error: unknown) => {
          assert.ok(isMonitorError(error))
          assert.equal(error.code, 'config_invalid')
          assert.doesNotMatch(error.message, /secret|ss\/word|me:/)
          return true
        },
      )
    }
  })
})
