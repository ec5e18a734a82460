import { counted, grouped, spokenBytes } from '../../core/number-text.ts'
import type { AnalysisReport } from '../report.ts'
import { present } from './stream-parts.ts'
import type { Fact, Section, TableBlock, Tone } from './view.ts'

const WORD = { numeric: false, optional: 0 }
const NUMBER = { numeric: true, optional: 0 }

/** What could not be read; where and why only when that is asked for. */
export function skippedSection({ skipped }: AnalysisReport, explain: boolean): Section {
  const section = { id: 'skipped', title: 'Not counted' }
  const { malformed_lines, unreadable_sources, duplicate_lines, blank_lines } = skipped
  const { continuation_lines, out_of_range_lines } = skipped
  const facts = [
    ...some('in no known form', malformed_lines, 'warning'),
    ...some('files that could not be read', unreadable_sources.length, 'bad'),
    ...some('of tracebacks', continuation_lines),
    ...some('copies of other lines', duplicate_lines),
    ...some('blank', blank_lines),
    ...some('outside of the range', out_of_range_lines),
  ]
  const unread = malformed_lines + unreadable_sources.length
  if (facts.length === 0) return { ...section, summary: 'every line was read and counted', blocks: [] }
  const summary =
    malformed_lines + unreadable_sources.length === 0
      ? 'every line was read'
      : `${counted(malformed_lines, 'line')} and ${counted(unreadable_sources.length, 'file')} could not be read`
  const hint = unread > 0 && !explain ? '; --explain tells which' : ''
  return {
    ...section,
    summary: `${summary}${hint}`,
    blocks: present([{ kind: 'facts', facts }, ...(explain ? reasons(skipped) : [])]),
  }
}

function some(label: string, count: number, tone: Tone = 'plain'): Fact[] {
  return count === 0 ? [] : [{ label, value: [{ text: grouped(count), tone }] }]
}

function reasons({ examples, unreadable_sources }: AnalysisReport['skipped']): TableBlock[] {
  return [
    {
      kind: 'table',
      id: 'unreadable-sources',
      title: 'Files that could not be read',
      columns: [
        { title: 'file', ...WORD },
        { title: 'why', ...WORD },
      ],
      rows: unreadable_sources.map(({ source, reason }) => ({
        cells: [{ text: source }, { text: reason, tone: 'bad' }],
      })),
      bars: null,
      note: null,
    },
    {
      kind: 'table',
      id: 'unreadable-lines',
      title: 'The first lines that could not be read',
      columns: [
        { title: 'file', ...WORD },
        { title: 'at byte', ...NUMBER },
        { title: 'why', ...WORD },
      ],
      rows: examples.map(({ source, line_bytes_at, reason }) => ({
        cells: [{ text: source }, { text: grouped(line_bytes_at) }, { text: reason, tone: 'warning' }],
      })),
      bars: null,
      note: null,
    },
  ]
}

/** The files that were read, and the forms of their lines. */
export function sourcesSection({ sources, lines_by_form }: AnalysisReport): Section {
  const section = { id: 'sources', title: 'Files' }
  if (sources.length === 0) return { ...section, summary: 'none', blocks: [] }
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0)
  const forms = Object.entries(lines_by_form).filter(([, count]) => count > 0)
  return {
    ...section,
    summary: `${counted(sources.length, 'file')}, ${spokenBytes(bytes)}`,
    blocks: present([
      {
        kind: 'facts',
        facts: forms.map(([form, count]) => ({ label: `as ${form}`, value: [{ text: grouped(count) }] })),
      },
      {
        kind: 'table',
        id: 'source-table',
        title: 'What was read',
        columns: [
          { title: 'file', ...WORD },
          { title: 'stream', numeric: false, optional: 1 },
          { title: 'size', ...NUMBER },
          { title: 'lines', ...NUMBER },
        ],
        rows: sources.map(({ name, stream, bytes, lines }) => ({
          cells: [{ text: name }, { text: stream }, { text: spokenBytes(bytes) }, { text: grouped(lines) }],
        })),
        bars: null,
        note: null,
      },
    ]),
  }
}
