import { copyText } from '../parts/copying.ts'
import { notify } from '../parts/notices.tsx'
import { chooseZone } from '../parts/time-zone.ts'
import type { Command } from './palette-commands.ts'
import { PLACES } from './places.ts'
import { chooseTheme, switchTheme } from './theme.ts'

async function copyLink(): Promise<void> {
  const copied = await copyText(location.href)
  notify(copied ? 'The link to this view is copied.' : 'The browser does not let the page copy.')
}

/** What the palette can do whatever is typed. */
export function fixedCommands(
  navigate: (address: string) => void,
  onOver: (over: 'keys' | 'settings') => void,
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
      group: 'Pages',
      words: name,
      also: 'go to page',
      keys: `g ${letter}`,
      run: to(path),
    })),
    ...PLACES.flatMap(({ beside = [] }) => beside).map(({ path, name }) => ({
      id: `place-${path}`,
      group: 'Pages',
      words: name,
      also: 'go to page alerts',
      run: to(path),
    })),
    {
      id: 'failed',
      group: 'Syncs',
      words: 'Syncs that went wrong',
      also: 'failed errors',
      run: to('/syncs?status=failed,partial,lost,timed_out'),
    },
    {
      id: 'running',
      group: 'Syncs',
      words: 'Syncs that run now',
      also: 'running in progress',
      run: to('/syncs?status=in_progress'),
    },
    {
      id: 'link',
      group: 'This view',
      words: 'Copy the link to this view',
      also: 'address url share',
      run: () => void copyLink(),
    },
    {
      id: 'print',
      group: 'This view',
      words: 'Print this view',
      also: 'pdf paper',
      run: () => setTimeout(print),
    },
    {
      id: 'theme',
      group: 'Settings',
      words: 'Switch between light and dark',
      also: 'theme mode',
      keys: 't',
      run: switchTheme,
    },
    {
      id: 'theme-system',
      group: 'Settings',
      words: 'Theme as the system',
      also: 'light dark mode',
      run: () => {
        chooseTheme('system')
      },
    },
    { id: 'utc', group: 'Settings', words: 'Times in UTC', also: 'zone clock', run: zone('UTC') },
    { id: 'local', group: 'Settings', words: 'Times in local time', also: 'zone clock', run: zone('local') },
    {
      id: 'settings',
      group: 'Settings',
      words: 'Settings',
      also: 'time zone theme keyboard another',
      run: over('settings'),
    },
    {
      id: 'keys',
      group: 'Settings',
      words: 'Keys',
      also: 'keyboard shortcuts help',
      keys: '?',
      run: over('keys'),
    },
  ]
}
