import * as fc from 'fast-check'

/**
 * Properties are tried with the same values each time, so that no run fails by chance. `PROPERTY_SEED` takes others;
 * LONG_TESTS=1 takes new ones each time. What fails tells its seed.
 */
const given = process.env['PROPERTY_SEED']
if (given !== undefined) fc.configureGlobal({ seed: Number(given) })
else if (process.env['LONG_TESTS'] !== '1') fc.configureGlobal({ seed: 20_261_122 })

export * from 'fast-check'
export default fc
