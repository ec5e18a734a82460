import type { Answer } from './answer.ts'

/**
 * Who asks for the same at the same moment gets one answer: dashboards of many people poll the same figures.
 *
 * Nobody gets an answer that was begun before they asked: whoever comes while one is made shares the next one with all
 * who wait for it, so that everything that was acknowledged before a request is in its answer.
 */
export class SharedAnswers {
  readonly #running = new Map<string, Promise<Answer>>()
  readonly #next = new Map<string, Promise<Answer>>()

  /** @param key what is asked for, and by whom */
  answer(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const running = this.#running.get(key)
    if (running === undefined) return this.#run(key, make)
    let next = this.#next.get(key)
    if (next === undefined) {
      const begin = (): Promise<Answer> => {
        this.#next.delete(key)
        return this.#run(key, make)
      }
      next = running.then(begin, begin)
      this.#next.set(key, next)
    }
    return next
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
