import { isMonitorError } from '../core/errors.ts'

/**
 * Closes what was opened, in reverse order, each even when another fails.
 *
 * @param tell gets the failures besides the first, except those that say the same
 * @throws the first failure
 */
export async function closeOpened(
  opened: AsyncDisposableStack,
  tell: (error: unknown) => void,
): Promise<void> {
  try {
    await opened.disposeAsync()
  } catch (error) {
    const [first, ...others] = inOrder(error)
    // A database that is gone fails whoever still has to write something.
    const told = new Set([kindOf(first)])
    for (const other of others) {
      if (told.has(kindOf(other))) continue
      told.add(kindOf(other))
      tell(other)
    }
    throw first
  }
}

/** Of several failures each hides the ones before it. */
function inOrder(error: unknown): unknown[] {
  return error instanceof SuppressedError ? [...inOrder(error.suppressed), ...inOrder(error.error)] : [error]
}

function kindOf(error: unknown): unknown {
  if (isMonitorError(error)) return error.code
  return error instanceof Error ? `${error.name}: ${error.message}` : error
}
