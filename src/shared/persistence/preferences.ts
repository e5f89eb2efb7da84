/**
 * Small interface settings that must be known before the first paint (language, collapsed rail).
 * They live in localStorage because it answers synchronously; everything else is in the database.
 */
export interface Preferences {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
}

const PREFIX = "perigee.";

/** Preferences of this browser; where storage is blocked they last as long as the page. */
export function createPreferences(): Preferences {
  const fallback = new Map<string, string>();
  return {
    read(key) {
      try {
        return localStorage.getItem(PREFIX + key) ?? fallback.get(key);
      } catch {
        return fallback.get(key);
      }
    },
    write(key, value) {
      fallback.set(key, value);
      try {
        localStorage.setItem(PREFIX + key, value);
      } catch {
        // Blocked or full storage: the setting lasts for this page only.
      }
    },
  };
}
