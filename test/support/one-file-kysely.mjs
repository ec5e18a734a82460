// Preloaded into every process of a test run: see `before-all.ts`. Any Node.js must bear it, also one without hooks.
const ONE_FILE = new URL('../../node_modules/.cache/canvas-sync-monitor-tests-kysely.mjs', import.meta.url)
  .href
const OURS = ['src/', 'test/', 'bench/'].map((folder) => new URL(`../../${folder}`, import.meta.url).href)

process.getBuiltinModule?.('node:module').registerHooks?.({
  resolve(specifier, context, next) {
    const is_ours = OURS.some((folder) => context.parentURL?.startsWith(folder))
    return specifier === 'kysely' && is_ours
      ? { url: ONE_FILE, format: 'module', shortCircuit: true }
      : next(specifier, context)
  },
})
