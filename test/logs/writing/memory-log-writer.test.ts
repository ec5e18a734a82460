import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { logWriterSuite } from './log-writer-suite.ts'

logWriterSuite('MemoryLogWriter', (_t, options) => {
  const writer = new MemoryLogWriter(options)
  return { writer, lines: (stream) => writer.lines(stream) }
})
