import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // The server says below which path all of it is.
  base: './',
  plugins: [react()],
  build: {
    target: 'es2023',
    // The page's policy allows files of this server only, so nothing is put into another file as a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The README of the bundle: what it may weigh is held by a test.
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})

export default config
