declare const brand: unique symbol;

/** Nominal type: `Brand<string, "PairId">` is a string that only a constructor function can make. */
export type Brand<T, K extends string> = T & { readonly [brand]: K };
