/** Where the key settings are kept in the settings table. */
export const KEY_SETTINGS = "labeling/keys";
