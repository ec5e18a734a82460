import type { Answer } from './answer.ts'
import { keepBytes } from './passing-bytes.ts'

interface Awaited {
  readonly answer: Promise<Answer>
  /** Whether more than one waits for it. */
  shared: boolean
}

/**
 * Who asks for the same at the same moment gets one answer: dashboards of many people poll the same figures.
 *
 * Nobody gets an answer that was begun before they asked: whoever comes while one is made shares the next one with all
 * who wait for it, so that everything that was acknowledged before a request is in its answer.
 */
export class SharedAnswers {
  readonly #running = new Map<string, Promise<Answer>>()
  readonly #next = new Map<string, Awaited>()

  /** @param key what is asked for, and by whom */
  answer(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const running = this.#running.get(key)
    if (running === undefined) return this.#run(key, make)
    const waiting = this.#next.get(key)
    if (waiting !== undefined) {
      waiting.shared = true
      return waiting.answer
    }
    const begin = async (): Promise<Answer> => {
      this.#next.delete(key)
      const answer = await this.#run(key, make)
      // Before any of them has it.
      if (next.shared) keepBytes(answer.body)
      return answer
    }
    const next: Awaited = { answer: running.then(begin, begin), shared: false }
    this.#next.set(key, next)
    return next.answer
  }

  #run(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const running = make()
    this.#running.set(key, running)
    const end = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key)
    }
    running.then(end, end)
    return running
  }
}
