import type { Exemplar, Labels, MetricFamily, Sample } from './metric-family.ts'

export const TEXT_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
export const OPENMETRICS_MEDIA_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

export type ExpositionFormat = 'text' | 'openmetrics'

/**
 * Prometheus's text format 0.0.4. Families without samples are left out. Source:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function textExposition(families: readonly MetricFamily[]): string {
  const lines: string[] = []
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) continue
    lines.push(`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type === 'info' ? 'gauge' : type}`)
    for (const sample of samples) lines.push(sampleLine(name, sample))
  }
  return lines.map((line) => `${line}\n`).join('')
}

/**
 * OpenMetrics 1.0, with examples where a sample has one.
 * Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function openMetricsExposition(families: readonly MetricFamily[]): string {
  const lines: string[] = []
  for (const family of families) {
    const { name, type, help, unit, samples } = family
    if (samples.length === 0) continue
    const base = name.replace(type === 'counter' ? /_total$/ : type === 'info' ? /_info$/ : /$^/, '')
    lines.push(`# TYPE ${base} ${type}`)
    if (unit !== undefined) lines.push(`# UNIT ${base} ${unit}`)
    lines.push(`# HELP ${base} ${escapedValue(help)}`)
    for (const sample of samples) lines.push(sampleLine(name, sample) + exemplarText(sample.exemplar))
  }
  return [...lines, '# EOF'].map((line) => `${line}\n`).join('')
}

function sampleLine(name: string, { suffix, labels, value }: Sample): string {
  return `${name}${suffix ?? ''}${labelText(labels)} ${numberText(value)}`
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapedValue(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Its labels may have 128 characters together; the one we give is an id. */
function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const { labels, value, at } = exemplar
  return ` # {${labelText(labels).slice(1, -1)}} ${numberText(value)} ${(at / 1000).toFixed(3)}`
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}

/** Half a surrogate pair is no text: it would be replaced on the way, and two labels could become the same. */
const escapedValue = (text: string): string =>
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')

const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
