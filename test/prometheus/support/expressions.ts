import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOY } from './prometheus-tools.ts'

export interface Expression {
  readonly expression: string
  /** Names the rule or the panel. */
  readonly where: string
}

/** Null for an alert. */
export type RuleExpression = Expression & { readonly record: string | null }

/** Of all rules. Reads the form in which ours are written, no other YAML. */
export function ruleExpressions(): RuleExpression[] {
  const folder = join(DEPLOY, 'prometheus')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rules.yml'))
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split(/^ +- (?=record:|alert:)/m)
        .slice(1),
    )
    .map((text) => {
      const [, kind, name = ''] = /^(record|alert): (\S+)/.exec(text) ?? []
      const block = /^ +expr: \|\n((?: {10,}.*\n)+)/m.exec(text)?.[1]
      const expression = block ?? /^ +expr: (.+)$/m.exec(text)?.[1] ?? ''
      return { expression, where: name, record: kind === 'record' ? name : null }
    })
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly type: string; readonly uid: string }
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[]
  readonly links?: readonly { readonly url: string }[]
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly thresholds?: object } }
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[]
  }
}

export function dashboards(): readonly {
  readonly file: string
  readonly text: string
  readonly dashboard: Dashboard
}[] {
  const folder = join(DEPLOY, 'grafana/dashboards')
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return { file, text, dashboard: JSON.parse(text) as Dashboard }
  })
}

/** Of all panels, as Grafana sends them: with something in the place of its variables. */
export function panelExpressions(): Expression[] {
  return dashboards().flatMap(({ dashboard }) =>
    dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        where: `${dashboard.title}, ${title}`,
        expression: expr
          .replaceAll('$__rate_interval', '2m')
          .replaceAll('$job', 'canvas-sync-monitor')
          .replaceAll('$sync_type', '.*'),
      })),
    ),
  )
}
