import { useState, type ReactNode } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { KeyMark } from '../parts/key-mark.tsx'
import { keyGroups, useLetterKeys, type KeyGroup } from '../parts/keys.ts'
import { LetterKeysChoice } from './letter-keys-choice.tsx'

/** Which keys do what, here and everywhere. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [groups] = useState(() => joined(keyGroups()))
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

const EVERYWHERE = ['Everywhere', 'Pages']

/** Several components of a page may have keys of their own. Those come first: who asks, asks there. */
function joined(groups: readonly KeyGroup[]): KeyGroup[] {
  const by_place = Map.groupBy(groups, ({ where }) => where)
  return [...by_place]
    .map(([where, same]) => ({ where, keys: same.flatMap(({ keys }) => keys) }))
    .toSorted((a, b) => EVERYWHERE.indexOf(a.where) - EVERYWHERE.indexOf(b.where))
}
