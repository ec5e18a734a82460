import { join } from 'node:path'
import { spokenBytes } from '../core/number-text.ts'
import { spoolStatus } from '../remote/spool/spool.ts'
import type { RemoteOptions } from '../remote/remote-options.ts'
import { stringValue, type CommandContext, type CommandOption } from './command.ts'
import { readToken } from './canvas-token.ts'

export const SPOOL_OPTION: Readonly<Record<string, CommandOption>> = {
  'spool-dir': {
    type: 'string',
    value: 'DIR',
    help: 'what the server has not got yet (default spool in the folder of the logs)',
  },
}

/** Of commands that report to a server. */
export const SERVER_OPTIONS: Readonly<Record<string, CommandOption>> = {
  server: { type: 'string', value: 'URL', help: 'a server that is told of it (or CANVAS_SYNC_SERVER)' },
  'server-token-file': {
    type: 'string',
    value: 'FILE',
    help: 'file with a token of the server with the scope ingest (or CANVAS_SYNC_TOKEN)',
  },
  ...SPOOL_OPTION,
}

export function spoolDirectory({ config }: CommandContext): string {
  return config.spool_dir ?? join(config.log_dir, 'spool')
}

/**
 * Null where no server is named.
 * @throws MonitorError `token_missing`
 */
export function remoteOptions(context: CommandContext): RemoteOptions | null {
  const { server, server_token } = context.config
  if (server === null) return null
  const file = stringValue(context, 'server-token-file')
  const token = file === undefined ? server_token : readToken(file, null)
  return { url: server, spoolDir: spoolDirectory(context), ...(token === null ? {} : { token }) }
}

/** Says that the server has not got everything: the sync itself is none the worse for it. */
export function tellWhatWaits(context: CommandContext): void {
  const { bytes } = spoolStatus(spoolDirectory(context))
  if (bytes === 0) return
  context.terminal.message(
    `${spokenBytes(bytes)} wait for the server in ${spoolDirectory(context)}; the next sync or "canvas-sync-monitor spool send" delivers them.`,
  )
}
