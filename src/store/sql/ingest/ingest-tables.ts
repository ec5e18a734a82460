export interface IngestEventsTable {
  sync_id: number
  event_id: string
}

export interface IngestNotesTable {
  sync_id: number
  started: 0 | 1
  late_events: number
  problems: string
}

export interface IngestWritersTable {
  writer: string
  directory: string
  host: string
  pid: number
  process_started: string
  opened_at: number
}

export interface IngestLinesTable {
  writer: string
  batch: number
  taken_at: number
  lines: Uint8Array
}

/** Of syncs that others report. */
export interface IngestTables {
  canvas_sync_ingest_events: IngestEventsTable
  canvas_sync_ingest_notes: IngestNotesTable
  canvas_sync_ingest_writers: IngestWritersTable
  canvas_sync_ingest_lines: IngestLinesTable
}
