import { printable } from '../../core/printable.ts'
import type { Channel, Letter, SendResult } from '../channel.ts'
import type { StdoutConfig } from '../delivery-config.ts'
import { plainSentence } from './plain-text.ts'

/** Standard output: one line of JSON, or one sentence, for whoever collects what a container says. */
export class StdoutChannel implements Channel {
  readonly kind = 'stdout'
  readonly name: string
  readonly target = 'standard output'
  readonly #format: StdoutConfig['format']
  readonly #output: Pick<NodeJS.WriteStream, 'write'>

  constructor({ name, format }: StdoutConfig, output: Pick<NodeJS.WriteStream, 'write'> = process.stdout) {
    this.name = name
    this.#format = format
    this.#output = output
  }

  send({ id, message }: Letter): Promise<SendResult> {
    const sentence = printable(plainSentence(message))
    const line =
      this.#format === 'text'
        ? sentence
        : JSON.stringify({
            event: 'notification',
            id,
            kind: message.kind,
            ...message.data,
            message: sentence,
          })
    return new Promise((resolve) => {
      this.#output.write(`${line}\n`, (error) => {
        resolve(error ? { outcome: 'again', error: 'not_written', perhaps: true } : { outcome: 'sent' })
      })
    })
  }
}
