import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MonitorError } from '../../../src/core/errors.ts'
import { streamSettings } from '../../../src/logs/writing/stream-settings.ts'

test('a stream, an option or a value that there is not is refused by its name', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ api: {} }, /log stream must be one of .*got api/],
    [{ errors: { max_byte: 5000 } }, /option of errors must be one of .*got max_byte/],
    [{ errors: { level: 'LOUD' } }, /errors\.level must be one of .*got LOUD/],
    [{ errors: { max_bytes: 5 } }, /errors\.max_bytes must be a whole number of at least 4096; got 5/],
  ]
  for (const [options, why] of wrong) {
    assert.throws(
      () => streamSettings(options),
      (error) => error instanceof MonitorError && error.code === 'config_invalid' && why.test(error.message),
    )
  }
  assert.equal(streamSettings({ errors: { backups: 2 } }).errors.backups, 2)
})
