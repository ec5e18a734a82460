import type { ReactNode } from 'react'
import { chooseLetterKeys, useLetterKeys } from '../parts/keys.ts'

/** Who speaks to their computer says letters all the time. */
export function LetterKeysChoice(): ReactNode {
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={useLetterKeys()}
        onChange={(event) => {
          chooseLetterKeys(event.currentTarget.checked)
        }}
      />
      Keys of one letter or sign count
    </label>
  )
}
