interface Page {
  querySelector(selector: string): { getAttribute(name: string): string | null } | null
}

/** Tests of the rules have no page. */
const page = (globalThis as { readonly document?: Page }).document

/** Below which path of its host the monitor is: `/monitor`; empty for the root. The server writes it into its page. */
export const BASE_PATH: string = page?.querySelector('meta[name="base-path"]')?.getAttribute('content') ?? ''

/** A path as the browser has it without the base path. */
export const withoutBasePath = (path: string): string => path.slice(BASE_PATH.length) || '/'
