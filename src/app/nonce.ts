/**
 * The nonce that the server put into the page for this response, so that the Content-Security-Policy
 * lets Mantine's generated style elements in and nobody else's. Empty where no server sets one.
 */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

/** Mantine's dialogs lock scrolling through a library that looks for the nonce under this name. */
export function publishStyleNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
