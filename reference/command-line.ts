import { COMMANDS } from '../src/cli/command-list.ts'
import { commandHelp } from '../src/cli/help.ts'
import { code, pageHead, table } from './markdown.ts'

const HEAD = [
  'What `--help` prints, of every command. How to use them is in [command line](../command-line.md); what the settings mean,',
  'in [configuration](configuration.md).',
]

const EVERYWHERE = '\n\nEverywhere:\n'

/** docs/reference/command-line.md */
export async function commandLinePage(): Promise<string> {
  const commands = await Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => ({ name, summary, help: commandHelp(await load()) })),
  )
  const [first] = commands
  const everywhere = first === undefined ? '' : commonOptions(first.help)
  return [
    ...pageHead('Commands', HEAD),
    ...table(
      ['command', 'does'],
      commands.map(({ name, summary }) => [`[${code(name)}](#${name.replaceAll(' ', '-')})`, summary]),
    ),
    '## Everywhere',
    '',
    '```text',
    everywhere,
    '```',
    '',
    ...commands.flatMap(({ name, help }) => [
      `## ${name}`,
      '',
      '```text',
      help.replace(`${EVERYWHERE}${everywhere}`, ''),
      '```',
      '',
    ]),
  ]
    .join('\n')
    .replaceAll(/\n+$/g, '\n')
}

/** The part that is the same of all. */
function commonOptions(help: string): string {
  const [, behind = ''] = help.split(EVERYWHERE)
  return behind.split('\n\n')[0] ?? ''
}
