/** How a terminal shows what stands out; each adds only signs that take no column. */
export interface Style {
  readonly title: (text: string) => string
  readonly quiet: (text: string) => string
  readonly good: (text: string) => string
  readonly warning: (text: string) => string
  readonly bad: (text: string) => string
  /** Bars and sparklines. */
  readonly chart: (text: string) => string
}

const same = (text: string): string => text

export const PLAIN_STYLE: Style = {
  title: same,
  quiet: same,
  good: same,
  warning: same,
  bad: same,
  chart: same,
}
