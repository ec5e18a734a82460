import type { SendResult } from '../channel.ts'
import { networkFailure } from './network-failure.ts'

interface SmtpError {
  readonly code?: unknown
  readonly command?: unknown
  readonly responseCode?: unknown
  readonly syscall?: unknown
}

/** What an SMTP server meant, by its code alone: its words name recipients. */
export function smtpFailure(error: unknown): SendResult {
  const { code, command, responseCode, syscall }: SmtpError =
    typeof error === 'object' && error !== null ? error : {}
  if (code === 'EAUTH' || code === 'ENOAUTH') return { outcome: 'again', error: 'smtp_auth', slowly: true }
  if (typeof responseCode === 'number') {
    const word = `smtp_${responseCode}`
    if (responseCode < 500) return { outcome: 'again', error: word }
    // Before the letter itself it is about us, and may be put right; 5xx about the letter is the last word.
    const about_letter = command === 'RCPT TO' || command === 'DATA'
    return about_letter ? { outcome: 'failed', error: word } : { outcome: 'again', error: word, slowly: true }
  }
  if (code === 'EENVELOPE') return { outcome: 'failed', error: 'smtp_no_recipient' }
  if (code === 'ETLS') return { outcome: 'again', error: 'tls', slowly: true }
  if (syscall === 'connect') return { outcome: 'again', error: 'refused', perhaps: false }
  const { error: word } = networkFailure(error)
  // Where it stood when the connection broke, the library does not say; before there was one, nobody can have it.
  const perhaps = code !== 'EDNS'
  return { outcome: 'again', error: WORDS[String(code)] ?? word, perhaps }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNECTION: 'connection',
  ETIMEDOUT: 'timeout',
  ESOCKET: 'reset',
  EDNS: 'dns',
  EPROTOCOL: 'smtp_protocol',
}
