import type { ReactNode } from 'react'
import type { SignShape } from './mark.ts'

interface Drawing {
  readonly lines?: string
  readonly filled?: string
}

const ROUND = 'M6 1.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5Z'

/** Lines, and what is filled, in a square of 12. Drawn, not written: not every font has such letters. */
const SIGNS: Readonly<Record<SignShape, Drawing>> = {
  check: { lines: 'M2 6.5 4.75 9.25 10 3' },
  cross: { lines: 'M2.5 2.5l7 7M9.5 2.5l-7 7' },
  play: { filled: 'M3 1.5 10.5 6 3 10.5Z' },
  half: { lines: ROUND, filled: 'M6 1.75a4.25 4.25 0 0 0 0 8.5Z' },
  barred: { lines: `${ROUND}M3 9l6-6` },
  refused: { lines: `${ROUND}M3.75 6h4.5` },
  clock: { lines: `${ROUND}M6 3.5V6l1.75 1.25` },
  question: { lines: 'M3.5 4a2.5 2.5 0 1 1 3.6 2.2C6.3 6.6 6 7 6 7.75M6 10.25v.01' },
  exclamation: { lines: 'M6 1.75V7M6 10v.01' },
  frozen: { lines: 'M6 1.5v9M2.1 3.75l7.8 4.5M9.9 3.75l-7.8 4.5' },
  dash: { lines: 'M2.5 6h7' },
  back: { lines: 'M4.5 2 1.75 4.75 4.5 7.5M1.75 4.75H7.5a2.6 2.6 0 0 1 0 5.25H5' },
  disc: { filled: 'M6 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z' },
  square: { filled: 'M2.5 2.5h7v7h-7Z' },
  star: { filled: 'M6 .75 7.5 4.5 11.25 6 7.5 7.5 6 11.25 4.5 7.5 .75 6 4.5 4.5Z' },
  dot: { filled: 'M6 4.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3Z' },
}

interface SignProps {
  readonly shape: SignShape
}

/** A mark in the colour of the word beside it, which says what it means. */
export function Sign({ shape }: SignProps): ReactNode {
  const { lines, filled } = SIGNS[shape]
  return (
    <svg className="sign" viewBox="0 0 12 12" aria-hidden="true">
      {lines === undefined ? null : <path d={lines} />}
      {filled === undefined ? null : <path className="sign-filled" d={filled} />}
    </svg>
  )
}
