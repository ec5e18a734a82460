/** Compiles the byte scanner into `src/analysis/kernel/kernel-bytes.ts`: see README.md beside this file. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileKernel, kernelModule } from './compile.ts'

writeFileSync(
  fileURLToPath(new URL('../src/analysis/kernel/kernel-bytes.ts', import.meta.url)),
  kernelModule(await compileKernel()),
)
