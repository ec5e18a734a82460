/** What a reader has at hand where a page speaks of it: names that blocks use without saying what they are. */
const AT_HAND: Readonly<Record<string, string>> = {
  taskId: 'const taskId = `task-${process.pid}`',
  userId: 'const userId = 42',
  syncType: "const syncType = 'all'",
  baseUrl: "const baseUrl = 'https://canvas.example.edu'",
  token: "const token = (await import('node:fs')).readFileSync('token.txt', 'utf8').trim()",
  monitor: 'await using monitor = await createMonitor()',
  sync: 'const sync = await monitor.startSync({ taskId, userId, syncType })',
  createMonitor: "import { createMonitor } from 'canvas-sync-monitor'",
  createHmac: "import { createHmac } from 'node:crypto'",
  timingSafeEqual: "import { timingSafeEqual } from 'node:crypto'",
}

/** In what order they are made: each may need those before it. */
const ORDER = Object.keys(AT_HAND).sort((one, other) => rank(one) - rank(other))

function rank(name: string): number {
  const line = AT_HAND[name] ?? ''
  if (line.startsWith('import')) return 0
  return name === 'monitor' ? 2 : name === 'sync' ? 3 : 1
}

/** The lines to put before a block so that it is a whole program. */
export function preludeFor(block: string): string {
  const wanted = new Set<string>()
  const want = (text: string, own: boolean): void => {
    for (const name of ORDER) {
      if (wanted.has(name) || !new RegExp(`(?<![.\\w'"/-])${name}\\b(?!['"]?:)`).test(text)) continue
      if (own && declares(block, name)) continue
      wanted.add(name)
      want((AT_HAND[name] ?? '').replace(/^(?:const|await using) \w+/, ''), true)
    }
  }
  want(block, true)
  return ORDER.filter((name) => wanted.has(name))
    .map((name) => `${AT_HAND[name]}\n`)
    .join('')
}

function declares(block: string, name: string): boolean {
  return new RegExp(
    `(?:const|let|using|function|class)\\s+${name}\\b|(?:import|const)\\s*\\{[^}]*\\b${name}\\b|\\(${name}\\) =>`,
  ).test(block)
}
