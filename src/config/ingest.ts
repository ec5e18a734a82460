import type { z } from 'zod'
import { FLAG } from './access.ts'

/** What the server keeps of what jobs report. */
export interface IngestConfig {
  /** Messages of errors that reported jobs met: they may hold a student's name. Default false. */
  readonly keep_error_messages: boolean
}

export const INGEST_DEFAULTS: IngestConfig = { keep_error_messages: false }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const INGEST_NAMES: Readonly<Record<keyof IngestConfig, Names>> = {
  keep_error_messages: { environment: 'KEEP_ERROR_MESSAGES', flag: null, example: 'true' },
}

export const INGEST_SCHEMA: Readonly<Record<keyof IngestConfig, z.ZodType>> = { keep_error_messages: FLAG }
