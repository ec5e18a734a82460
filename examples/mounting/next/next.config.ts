import type { NextConfig } from 'next'

const config: NextConfig = {
  // It has threads and files of its own: it is loaded as it is, not bundled.
  serverExternalPackages: ['canvas-sync-monitor'],
}

export default config
