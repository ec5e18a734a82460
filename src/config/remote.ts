import { z } from 'zod'
import { MonitorError } from '../core/errors.ts'
import { checkRemoteOptions } from '../remote/remote-options.ts'

/** Where the syncs of this machine are told, besides its own database. */
export interface RemoteConfig {
  /** Address of the server; null: nowhere. */
  readonly server: string | null
  /** With the scope `ingest`; null when the server asks for none. */
  readonly server_token: string | null
  /** Where waits what it has not got yet. Default: `spool` in the folder of the logs. */
  readonly spool_dir: string | null
}

export const REMOTE_DEFAULTS: RemoteConfig = { server: null, server_token: null, spool_dir: null }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const REMOTE_NAMES: Readonly<Record<keyof RemoteConfig, Names>> = {
  server: {
    environment: 'CANVAS_SYNC_SERVER',
    flag: '--server',
    example: 'https://monitor.example.edu',
  },
  server_token: { environment: 'CANVAS_SYNC_TOKEN', flag: null, example: 'csm_…' },
  spool_dir: { environment: 'CANVAS_SYNC_SPOOL_DIR', flag: '--spool-dir', example: 'logs/canvas_sync/spool' },
}

const text = z.string('must be text').trim().min(1, 'must not be empty')

export const REMOTE_SCHEMA: Readonly<Record<keyof RemoteConfig, z.ZodType>> = {
  server: text.superRefine((url, context) => {
    try {
      checkRemoteOptions({ url })
    } catch (error) {
      const message = error instanceof MonitorError ? error.message : 'it is not valid'
      context.addIssue({ code: 'custom', message: `is refused: ${message.replace(/\.$/, '')}` })
    }
  }),
  server_token: text.regex(
    /^[!-~]+$/,
    'must be a token: it holds a space, a line break or a special character',
  ),
  spool_dir: text,
}
