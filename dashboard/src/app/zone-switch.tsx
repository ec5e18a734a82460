import { useId, useState, type ReactNode } from 'react'
import { dateText } from '../parts/date-text.ts'
import { useNow } from '../parts/time-text.tsx'
import { chooseZone, localZone, useZone, useZoneChoice } from '../parts/time-zone.ts'

/** By which clock all times of the page are told. */
export function ZoneSwitch(): ReactNode {
  const choice = useZoneChoice()
  const [named, setNamed] = useState(choice !== 'UTC' && choice !== 'local')
  const kind = named ? 'named' : choice
  const choices: readonly (readonly [kind: string, words: string])[] = [
    ['UTC', 'UTC'],
    ['local', `Local time (${localZone().replaceAll('_', ' ')})`],
    ['named', 'Another zone'],
  ]
  return (
    <fieldset className="setting">
      <legend>Time zone</legend>
      {choices.map(([name, words]) => (
        <label key={name} className="tick">
          <input
            type="radio"
            name="zone"
            checked={kind === name}
            onChange={() => {
              setNamed(name === 'named')
              if (name !== 'named') chooseZone(name)
            }}
          />
          {words}
        </label>
      ))}
      {named ? <NamedZone /> : null}
      <ZoneNow />
    </fieldset>
  )
}

function NamedZone(): ReactNode {
  const choice = useZoneChoice()
  const [text, setText] = useState(choice === 'local' || choice === 'UTC' ? '' : choice)
  const [wrong, setWrong] = useState(false)
  const field = useId()
  const zones = useId()
  const problem = useId()
  return (
    <div className="field">
      <label htmlFor={field}>Zone</label>
      <input
        id={field}
        list={zones}
        value={text}
        placeholder="such as Europe/Berlin"
        autoComplete="off"
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={problem}
        onChange={(event) => {
          const given = event.currentTarget.value
          setText(given)
          // What is typed half is wrong for now only; what is chosen from the list counts at once.
          setWrong(false)
          if (given.includes('/')) chooseZone(given.trim())
        }}
        onBlur={() => {
          setWrong(text !== '' && !chooseZone(text.trim()))
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') setWrong(!chooseZone(text.trim()))
        }}
      />
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <p id={problem} className="problem" role="alert">
        {wrong ? 'There is no such zone. Begin with the continent, such as America/.' : ''}
      </p>
    </div>
  )
}

function ZoneNow(): ReactNode {
  const zone = useZone()
  return (
    <p className="hint">
      Now: {dateText(useNow(), zone, 'second')} {zone}
    </p>
  )
}
