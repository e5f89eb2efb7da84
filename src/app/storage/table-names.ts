import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const NAMES: Readonly<Record<string, MessageDescriptor>> = {
  settings: msg`Settings`,
  projects: msg`Labelling: projects`,
  labelProducts: msg`Labelling: products`,
  labelCreatives: msg`Labelling: creatives`,
  labelPairs: msg`Labelling: pairs`,
  labelEvents: msg`Labelling: judgements and other events`,
  labelDrafts: msg`Labelling: unfinished judgements`,
  labelFolders: msg`Labelling: connected folders`,
  labelImages: msg`Labelling: places of images`,
  datasets: msg`Benchmark: data sets`,
  items: msg`Benchmark: items`,
  vectors: msg`Benchmark: vectors`,
  runs: msg`Benchmark: runs`,
};

/** A table as a person calls it; an unlisted one keeps its own name. */
export function tableName(table: string): MessageDescriptor {
  return NAMES[table] ?? { id: table, message: table };
}

const FOLDERS: Readonly<Record<string, MessageDescriptor>> = {
  models: msg`Models and their weights`,
  labeling: msg`Labelling: images`,
  vectors: msg`Benchmark: vectors of encoders`,
  judgements: msg`Search: own judgements`,
  "self-test": msg`Passed self-tests`,
  engine: msg`Engine chosen by hand`,
};

/** A folder of files (`perigee/models`) as a person calls it; an unlisted one keeps its own name. */
export function folderName(folder: string): MessageDescriptor {
  return FOLDERS[folder.slice(folder.indexOf("/") + 1)] ?? { id: folder, message: folder };
}
