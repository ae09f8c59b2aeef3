/**
 * Work under way in a bot: what it waits for outside of its own process, so that it can say when it is idle.
 *
 * Rule: a bot is idle when no request and no callback of its is under way, and a few turns of the event loop have
 * brought nothing new. What waits for its clock is not work.
 * @module
 */

/** Turns of the event loop without work that make a bot idle: every chain of promises ends within one. */
const IDLE_TURNS = 2

/** Counts what is under way. */
export class Work {
  #underWay = 0
  #whenDone: PromiseWithResolvers<void> | undefined

  /** Counts until `promise` has settled; resolves and rejects as it does. */
  async during<T>(promise: Promise<T>): Promise<T> {
    const finish = this.begin()
    try {
      return await promise
    } finally {
      finish()
    }
  }

  /** Counts until the returned function is called, once. */
  begin(): () => void {
    this.#underWay += 1
    return () => {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#whenDone?.resolve()
    }
  }

  /** Resolves when the bot is idle. */
  async idle(): Promise<void> {
    for (let turns = 0; turns < IDLE_TURNS; turns += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      if (this.#underWay === 0) continue
      this.#whenDone = Promise.withResolvers()
      await this.#whenDone.promise
      turns = -1
    }
  }
}
