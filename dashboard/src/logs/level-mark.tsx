import type { ReactNode } from 'react'
import type { LogLevel } from '../../../src/core/log-event.ts'

/** The letter says what the colour says. */
export function LevelMark({ level }: { readonly level: LogLevel | null }): ReactNode {
  const word = level ?? 'unknown level'
  return (
    <span className={`level level-${level ?? 'none'}`} role="img" aria-label={word} title={word}>
      {level?.charAt(0) ?? '?'}
    </span>
  )
}
