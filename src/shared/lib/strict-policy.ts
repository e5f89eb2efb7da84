/**
 * Imported before anything else, on the page and in workers: zod compiles its parsers from text unless
 * told otherwise, and its probe whether it may is reported as a breach of the content policy.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
