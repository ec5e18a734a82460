import { useEffect, useId, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { KeyMark } from '../parts/key-mark.tsx'
import { Modal } from '../parts/modal.tsx'
import { fixedCommands } from './fixed-commands.ts'
import { commandGroups, matching, typedAddresses, type Command } from './palette-commands.ts'

interface PaletteProps {
  readonly onClose: () => void
  readonly onOver: (over: 'keys' | 'settings') => void
}

/** All that can be done or gone to, by typing some of it. */
export function CommandPalette({ onClose, onOver }: PaletteProps): ReactNode {
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useId()
  const fixed = useMemo(() => fixedCommands(navigate, onOver), [navigate, onOver])
  const groups = commandGroups([...matching(fixed, typed), ...typedCommands(typed, navigate)])
  const commands = groups.flatMap((group) => group.commands)
  const here = commands[Math.min(chosen, commands.length - 1)]

  useEffect(() => {
    if (here !== undefined)
      document.getElementById(`${list}-${here.id}`)?.scrollIntoView({ block: 'nearest' })
  }, [here, list])

  const run = (command: Command): void => {
    onClose()
    command.run()
  }
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by !== undefined && commands.length > 0) {
      event.preventDefault()
      const at = here === undefined ? 0 : commands.indexOf(here)
      setChosen((at + by + commands.length) % commands.length)
    }
    if (event.key === 'Enter' && here !== undefined && !event.nativeEvent.isComposing) {
      event.preventDefault()
      run(here)
    }
  }

  return (
    <Modal name="Commands" onClose={onClose} className="palette">
      <input
        role="combobox"
        aria-label="Command, number of a sync, or text to search for"
        aria-expanded="true"
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={here === undefined ? undefined : `${list}-${here.id}`}
        placeholder="Go to, do, or search for…"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
      />
      <div id={list} className="palette-list" role="listbox" aria-label="Commands">
        {groups.map(({ name, commands: members }) => (
          <ul key={name} role="group" aria-label={name}>
            {members.map((command) => (
              <Option
                key={command.id}
                id={`${list}-${command.id}`}
                command={command}
                selected={command === here}
                onRun={run}
              />
            ))}
          </ul>
        ))}
      </div>
      <p className="palette-hint">
        <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to do it, <kbd>Esc</kbd> to close
      </p>
    </Modal>
  )
}

interface OptionProps {
  readonly id: string
  readonly command: Command
  readonly selected: boolean
  readonly onRun: (command: Command) => void
}

function Option({ id, command, selected, onRun }: OptionProps): ReactNode {
  return (
    // The focus stays in the field, whose keys choose; this is for the mouse.
    <li
      id={id}
      role="option"
      aria-selected={selected}
      onClick={() => {
        onRun(command)
      }}
    >
      {command.words}
      {command.keys === undefined ? null : <KeyMark keys={command.keys} />}
    </li>
  )
}

/** What is typed may be the number of a sync, or words to look for. */
function typedCommands(typed: string, navigate: (address: string) => void): readonly Command[] {
  return typedAddresses(typed).map(({ words, address }) => ({
    id: `typed-${address.replaceAll(/\W+/g, '-')}`,
    group: 'Open or search',
    words,
    run: () => {
      navigate(address)
    },
  }))
}
