import type { ReactNode } from 'react'
import type { Mark } from './mark.ts'
import { Sign } from './sign.tsx'

/** Shape and word say what the colour says. */
export function ToneMark({ mark: { shape, words, tone } }: { readonly mark: Mark }): ReactNode {
  return (
    <span className={`verdict verdict-${tone}`}>
      <Sign shape={shape} /> {words}
    </span>
  )
}
