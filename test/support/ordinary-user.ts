const NOBODY = 65_534

/** Why a test of rights cannot be run here; false when it can. */
export const no_rights: string | false = process.getuid ? false : 'there are no rights to take away here'

/** Does something as a user whom rights hold back: root may read everything. Nothing else may run meanwhile. */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work()
  process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
