/**
 * What can be said of a line that matches without reading it as one: where to look closer. It never rules out a line
 * that matches.
 */
export type Clue =
  | { readonly kind: 'none' }
  /** All of these stand in the line. */
  | { readonly kind: 'runs'; readonly runs: readonly Buffer[] }
  /** One of these stands in the line. */
  | { readonly kind: 'choice'; readonly needles: readonly Buffer[] }
  /** This stands in the line, its ASCII letters in any case. */
  | { readonly kind: 'any_case'; readonly literal: string }
  /** One of these stands in the line, or it is not in our own form. */
  | { readonly kind: 'own'; readonly needles: readonly Buffer[] }
