/** True on Apple systems, where the modifier key is ⌘. */
export function isApplePlatform(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent);
}
