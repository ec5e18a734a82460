import type { ReactNode } from 'react'
import { Panel } from '../parts/panel.tsx'
import { eraseCommand } from './erase-command.ts'

/** How to forget a user: with a command, not with a button one may hit. */
export function PrivacyHint({ user_id }: { readonly user_id: string }): ReactNode {
  const command = eraseCommand(user_id)
  return (
    <Panel title="Privacy">
      <p>
        This takes everything of this user out of the database, the logs and their archives. Without{' '}
        <code>--yes</code> it only says what would go; with it, it cannot be undone.
      </p>
      <p className="erase-command">
        <code>{command}</code>
      </p>
    </Panel>
  )
}
