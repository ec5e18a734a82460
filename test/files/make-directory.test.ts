import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDirectory } from '../../src/files/make-directory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

test('a directory is made with those above it, and is nobody else’s to read', () => {
  const path = join(temporaryDirectory(), 'a', 'b', 'c')
  makeDirectory(path)
  makeDirectory(path)
  assert.ok(statSync(path).isDirectory())
  assert.equal(statSync(path).mode & 0o007, 0)
})

test('a directory that cannot be made is an error at once, also below /proc', { timeout: 60_000 }, () => {
  assert.throws(() => makeDirectory('/proc/none/of/this'), { syscall: 'mkdir' })
})

test('a file where the directory should be is an error', () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, '')
  assert.throws(() => makeDirectory(path), { code: 'EEXIST' })
  assert.throws(() => makeDirectory(join(path, 'below')))
})
