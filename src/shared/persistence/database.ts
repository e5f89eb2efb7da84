import { Dexie } from "dexie";
import { benchmarkStores } from "./benchmark-tables";
import { imageStores, labelingStores } from "./labeling-tables";

/**
 * Opens Perigee's one IndexedDB database. Writes are strictly durable: a committed transaction is
 * on disk before its promise resolves. Every record carries `schemaVersion`; a change of shape adds
 * a numbered Dexie version with an upgrade, and a test that opens the previous one.
 *
 * @param name - another name gives tests a database of their own.
 */
export function openDatabase(name = "perigee"): Dexie {
  const database = new Dexie(name, { chromeTransactionDurability: "strict" });
  database.version(1).stores({ settings: "key", ...labelingStores, ...benchmarkStores });
  database.version(2).stores(imageStores);
  return database;
}
