import { Fragment, useState, type ReactNode } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { keyGroups, useLetterKeys, type KeyGroup } from '../parts/keys.ts'
import { LetterKeysChoice } from './letter-keys-choice.tsx'

/** Which keys do what, here and everywhere. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  // Those of the page first: who asks, asks there.
  const [groups] = useState(() => joined(keyGroups()).toReversed())
  const letters = useLetterKeys()
  return (
    <Dialog title="Keys" onClose={onClose}>
      <LetterKeysChoice />
      <div className={letters ? 'key-groups' : 'key-groups key-groups-off'}>
        {groups.map(({ where, keys }) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl className="keys">
              {keys.map((key) => (
                <div key={key.keys}>
                  <dt>{key.words}</dt>
                  <dd>
                    <KeyMark keys={key.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

/** Several components of a page may have keys of their own. */
function joined(groups: readonly KeyGroup[]): KeyGroup[] {
  const by_place = Map.groupBy(groups, ({ where }) => where)
  return [...by_place].map(([where, same]) => ({ where, keys: same.flatMap(({ keys }) => keys) }))
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
}
const MOD = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl'

function KeyMark({ keys }: { readonly keys: string }): ReactNode {
  return keys.split(' ').map((press, index) => (
    <Fragment key={index}>
      {index > 0 ? ' then ' : null}
      {press.startsWith('Mod+') ? (
        <>
          <kbd>{MOD}</kbd> <kbd>{press.slice('Mod+'.length).toUpperCase()}</kbd>
        </>
      ) : (
        <kbd>{NAMES[press] ?? press}</kbd>
      )}
    </Fragment>
  ))
}
