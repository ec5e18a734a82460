import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Keeps the process small. Left alone, V8 lets the space for new objects grow to 64 MiB and looks at the old ones for the
 * first time after hundreds; neither made syncs or answers measurably faster. The whole process is concerned, its threads
 * too, so only a program of our own may ask for this, before it does anything else.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=100')
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  // Only a collection makes V8 measure how much old space there should be.
  collectGarbage()
}
