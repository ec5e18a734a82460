import { Fragment, type ReactNode } from 'react'
import type { KeyText } from './key-presses.ts'

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
}
const MOD = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl'

/** What is to be pressed, as keys look. */
export function KeyMark({ keys }: { readonly keys: KeyText }): ReactNode {
  return (
    <span className="key-mark">
      {keys.split(' ').map((press, index) => (
        <Fragment key={index}>
          {index > 0 ? <span>then</span> : null}
          {press.startsWith('Mod+') ? (
            <>
              <kbd>{MOD}</kbd> <kbd>{press.slice('Mod+'.length).toUpperCase()}</kbd>
            </>
          ) : (
            <kbd>{SIGNS[press] ?? press}</kbd>
          )}
        </Fragment>
      ))}
    </span>
  )
}
