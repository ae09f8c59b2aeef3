import { memoryStore } from 'rollcall'
import { storeLaws } from 'rollcall/testing'
import { test } from 'vitest'

// In place of memoryStore(): your store, opened anew for every law.
for (const { name, run } of storeLaws(() => ({ store: memoryStore() }))) test(name, run)
