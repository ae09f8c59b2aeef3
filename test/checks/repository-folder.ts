/**
 * Where the repository is.
 * @module
 */
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url))
