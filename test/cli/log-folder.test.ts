import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { requireLogFolder } from '../../src/cli/commands/logs/log-folder.ts'
import { MonitorError } from '../../src/core/errors.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
chmodSync(directory, 0o755)

for (const mode of [0o000, 0o444, 0o111]) {
  test(`a log folder of mode ${mode.toString(8)} is told as one that cannot be read`, async () => {
    const folder = join(directory, `mode-${mode}`)
    mkdirSync(folder)
    chmodSync(folder, mode)
    await asOrdinaryUser(() =>
      assert.rejects(requireLogFolder(folder), (error) => {
        assert.ok(error instanceof MonitorError)
        assert.equal(error.code, 'not_found_locally')
        assert.equal(error.message, `The log folder ${folder} cannot be read (EACCES).`)
        assert.match(error.next_step, /--log-dir/)
        return true
      }),
    )
    chmodSync(folder, 0o755)
    await asOrdinaryUser(() => requireLogFolder(folder))
  })
}

test('a file in the place of the log folder, or nothing, is told apart', async () => {
  writeFileSync(join(directory, 'file'), '')
  await assert.rejects(requireLogFolder(join(directory, 'file')), { message: / is a file\.$/ })
  await assert.rejects(requireLogFolder(join(directory, 'gone')), { message: / does not exist\.$/ })
})
