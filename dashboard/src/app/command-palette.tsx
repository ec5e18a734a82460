import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { copyText } from '../parts/copying.ts'
import { notify } from '../parts/notices.tsx'
import { chooseZone } from '../parts/time-zone.ts'
import { matching, typedAddresses, type Command } from './palette-commands.ts'
import { PLACES } from './places.ts'
import { chooseTheme, switchTheme } from './theme.ts'

interface PaletteProps {
  readonly onClose: () => void
  readonly onOver: (over: 'keys' | 'settings') => void
}

async function copyLink(): Promise<void> {
  const copied = await copyText(location.href)
  notify(copied ? 'The link to this view is copied.' : 'The browser does not let the page copy.')
}

/** All that can be done or gone to, by typing some of it. */
export function CommandPalette({ onClose, onOver }: PaletteProps): ReactNode {
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  const list = useId()
  const fixed = useMemo(() => fixedCommands(navigate, onOver), [navigate, onOver])
  const commands = commandsFor(typed, fixed, navigate)
  const here = commands[Math.min(chosen, commands.length - 1)]

  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
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
    <dialog
      ref={dialog}
      className="dialog palette"
      aria-label="Commands"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="dialog-body">
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
        <ul id={list} role="listbox" aria-label="Commands">
          {commands.map((command) => (
            <Option
              key={command.id}
              id={`${list}-${command.id}`}
              command={command}
              selected={command === here}
              onRun={run}
            />
          ))}
        </ul>
        <p className="palette-hint">
          <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to do it, <kbd>Esc</kbd> to close
        </p>
      </div>
    </dialog>
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
      {command.hint === undefined ? null : <kbd>{command.hint}</kbd>}
    </li>
  )
}

function fixedCommands(
  navigate: (address: string) => void,
  onOver: PaletteProps['onOver'],
): readonly Command[] {
  const to = (address: string) => (): void => {
    navigate(address)
  }
  const over = (what: 'keys' | 'settings') => (): void => {
    onOver(what)
  }
  const zone = (name: string) => (): void => {
    chooseZone(name)
  }
  return [
    ...PLACES.map(({ path, name, letter }) => ({
      id: `place-${letter}`,
      words: name,
      also: 'go to page',
      hint: `g ${letter}`,
      run: to(path),
    })),
    {
      id: 'failed',
      words: 'Syncs that went wrong',
      also: 'failed errors',
      run: to('/syncs?status=failed,partial,lost,timed_out'),
    },
    {
      id: 'running',
      words: 'Syncs that run now',
      also: 'running in progress',
      run: to('/syncs?status=in_progress'),
    },
    {
      id: 'link',
      words: 'Copy the link to this view',
      also: 'address url share',
      run: () => void copyLink(),
    },
    { id: 'theme', words: 'Switch between light and dark', also: 'theme mode', hint: 't', run: switchTheme },
    {
      id: 'theme-system',
      words: 'Theme as the system',
      also: 'light dark mode',
      run: () => {
        chooseTheme('system')
      },
    },
    { id: 'utc', words: 'Times in UTC', also: 'zone clock', run: zone('UTC') },
    { id: 'local', words: 'Times in local time', also: 'zone clock', run: zone('local') },
    { id: 'settings', words: 'Settings', also: 'time zone theme keyboard another', run: over('settings') },
    { id: 'keys', words: 'Keys', also: 'keyboard shortcuts help', hint: '?', run: over('keys') },
    { id: 'print', words: 'Print this view', also: 'pdf paper', run: () => setTimeout(print) },
  ]
}

/** What is typed may be the number of a sync: then that comes first. */
function commandsFor(
  typed: string,
  fixed: readonly Command[],
  navigate: (address: string) => void,
): readonly Command[] {
  const addresses = typedAddresses(typed).map(({ words, address }) => ({
    id: `typed-${address.replaceAll(/\W+/g, '-')}`,
    words,
    run: () => {
      navigate(address)
    },
  }))
  return [...matching(fixed, typed), ...addresses]
}
