import { defineConfig } from 'vitest/config'

// A check plays hundreds of calls: that may take longer than the 5 seconds Vitest allows a test.
export default defineConfig({ test: { testTimeout: 0 } })
