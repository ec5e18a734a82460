import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../../files/make-directory.ts'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import {
  parseFaultScript,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/index.ts'
import { stringValue, type Command, type CommandContext } from '../command.ts'
import { wholeNumberOption } from '../numbers.ts'
import { untilAborted } from './serve.ts'

export const simulate: Command = {
  name: 'simulate',
  summary: 'the Canvas simulator alone',
  options: {
    port: { type: 'string', value: 'PORT', help: 'default 5056; 0 takes a free one' },
    students: { type: 'string', value: 'N', help: 'up to 50000 (default 200)' },
    courses: { type: 'string', value: 'N', help: 'default 12' },
    seed: { type: 'string', value: 'N', help: 'the same seed makes the same university (default 1)' },
    latency: { type: 'string', value: 'MS', help: 'time that each answer takes (default 20)' },
    throttle: { type: 'string', value: 'FORM', help: '429, 403 (older installations) or off (default 429)' },
    faults: {
      type: 'string',
      value: 'FILE',
      help: 'JSON list of faults: [{"when":{"every":20},"fault":{"kind":"edge_502"}}]',
    },
    'write-tokens': {
      type: 'string',
      value: 'DIR',
      help: 'write admin.token, teacher.token and student.token there',
    },
  },
  notes: [
    'Prints its address, the id of its account and three access tokens; all of them are invented.',
    'It answers on this machine only. Ctrl-C stops it.',
  ],
  async run(context) {
    const { terminal, json, signal } = context
    await using simulator = await startOrExplain(simulatorOptions(context))
    const [account] = simulator.university.truth.accounts()
    const { admin, teacher, student } = simulator.tokens
    const facts = {
      base_url: simulator.base_url,
      account_id: String(account?.['id']),
      tokens: { admin, teacher, student },
    }
    const directory = stringValue(context, 'write-tokens')
    if (directory !== undefined) writeTokens(directory, facts.tokens)
    if (json) terminal.json(facts)
    else {
      terminal.data(`base URL  ${facts.base_url}`)
      terminal.data(`account   ${facts.account_id}`)
      for (const [kind, token] of Object.entries(facts.tokens)) terminal.data(`${kind.padEnd(8)}  ${token}`)
    }
    const token_file = directory === undefined ? 'FILE' : join(directory, 'teacher.token')
    terminal.message(`Try: canvas-sync-monitor sync --base-url ${facts.base_url} --token-file ${token_file}`)
    await untilAborted(signal)
    return 0
  },
}

function simulatorOptions(context: CommandContext): SimulatorOptions {
  const number = (name: string, minimum: number, maximum: number, missing: number): number =>
    wholeNumberOption(stringValue(context, name), `--${name}`, { minimum, maximum, missing })
  const form = stringValue(context, 'throttle') ?? '429'
  if (form !== '429' && form !== '403' && form !== 'off') {
    throw new MonitorError('usage', `--throttle must be 429, 403 or off, got "${form}".`, {
      next_step: 'Leave it out for 429, as Canvas answers today.',
    })
  }
  const faults = stringValue(context, 'faults')
  return {
    port: number('port', 0, 65_535, 5056),
    seed: number('seed', 0, 2 ** 31 - 1, 1),
    latency_ms: number('latency', 0, 120_000, 20),
    size: { students: number('students', 1, 50_000, 200), courses: number('courses', 1, 50_000, 12) },
    throttle: form === 'off' ? false : { status: form === '429' ? 429 : 403 },
    ...(faults === undefined ? {} : { faults: readFaults(faults) }),
  }
}

function readFaults(path: string): NonNullable<SimulatorOptions['faults']> {
  try {
    return parseFaultScript(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new MonitorError('config_invalid', `The fault script ${path} ${whyUnreadable(error)}.`, {
      cause: error,
      next_step: 'Give a JSON list such as [{"when":{"every":20},"fault":{"kind":"edge_502"}}].',
    })
  }
}

function whyUnreadable(error: unknown): string {
  const code = systemErrorCode(error)
  if (code === 'ENOENT') return 'does not exist'
  if (code !== undefined) return `cannot be read (${code})`
  return error instanceof Error ? `is wrong: ${error.message.replaceAll('\n', ' ')}` : 'is wrong'
}

async function startOrExplain(options: SimulatorOptions): Promise<Simulator> {
  try {
    return await startSimulator(options)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'EADDRINUSE') {
      throw new MonitorError('port_in_use', `Port ${options.port ?? 0} is taken by another program.`, {
        cause: error,
        next_step: 'Choose another with --port, or --port 0 for a free one.',
      })
    }
    if (code === 'EACCES') {
      throw new MonitorError('address_refused', `Port ${options.port ?? 0} is not allowed.`, {
        cause: error,
        next_step: 'Take a port from 1024 up: those below are for the system.',
      })
    }
    throw error
  }
}

function writeTokens(directory: string, tokens: Readonly<Record<string, string>>): void {
  try {
    makeDirectory(directory)
    for (const [kind, token] of Object.entries(tokens)) {
      const path = join(directory, `${kind}.token`)
      // A file that is there already would keep its mode.
      rmSync(path, { force: true })
      writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' })
    }
  } catch (error) {
    throw new MonitorError('not_writable', `The tokens cannot be written to ${directory}.`, {
      cause: error,
      next_step: 'Choose another folder with --write-tokens.',
    })
  }
}
