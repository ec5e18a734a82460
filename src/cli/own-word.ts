import { MonitorError } from '../core/errors.ts'
import { redactText } from '../logs/redact.ts'

/**
 * Checks a word of one's own that an option gives to a sync.
 *
 * @throws MonitorError `usage`
 */
export function checkOwnWord(name: string, value: string | undefined): void {
  if (value === undefined) return
  if (value.length < 1 || value.length > 255) {
    throw new MonitorError('usage', `--${name} must have 1 to 255 characters, got ${value.length}.`, {
      next_step: `Leave --${name} out, or give it a shorter value that is not empty.`,
    })
  }
  // It is kept for ever and shown to everybody who may see the sync.
  if (name !== 'user-id' && redactText(value) !== value) {
    throw new MonitorError('usage', `--${name} looks like a secret or an address.`, {
      next_step: `Give --${name} a name of your own; the access token belongs in --token-file.`,
    })
  }
}
