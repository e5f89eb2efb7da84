import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Direction, Preset } from "@/domain/benchmark/task";

export const DIRECTION_NAMES: Readonly<Record<Direction, string>> = {
  "t-mm": "t→mm",
  "i-mm": "i→mm",
  "mm-mm": "mm→mm",
  "t-i": "t→i",
  "i-t": "i→t",
  search: "i→mm*",
};

export const DIRECTION_TEXTS: Readonly<Record<Direction, MessageDescriptor>> = {
  "t-mm": msg`The query's text against image and text of every candidate.`,
  "i-mm": msg`The query's image against image and text of every candidate.`,
  "mm-mm": msg`The query's image and text against image and text of every candidate.`,
  "t-i": msg`The query's text against the image of every candidate.`,
  "i-t": msg`The query's image against the text of every candidate.`,
  search: msg`Image-based search recall: the query's image against image and text of every candidate; items bought or clicked after the query count.`,
};

/** What a data set compares. */
export const TASK_NAMES: Readonly<Record<Preset, MessageDescriptor>> = {
  demo: msg`Demo catalogue`,
  grocery: msg`Grocery: shop photo → catalogue item`,
  luma: msg`Luma: other view → product`,
  mbe: msg`MBE`,
  fashion200k: msg`Fashion200K (M-BEIR)`,
  custom: msg`Imported`,
};

/** What "relevant" means in it; `BenchmarkTask.relevance` says it in reports. */
export const RELEVANCE_TEXTS: Readonly<Record<Preset, MessageDescriptor>> = {
  demo: msg`A query's true item is the one bought after it; image-based search recall also counts clicked items. Drawn products and simulated shoppers.`,
  grocery: msg`A photo's true item is the catalogue entry of its class (picture, title and description). Title queries take part in t→i only, because the catalogue text contains them.`,
  luma: msg`A photo that is not the main one (other view, or other colour) looks for its product, shown by the main photo and the title. Title queries take part in t→i only, because the candidates' text is the title.`,
  mbe: msg`A query's true items are those it was paired with (purchases, as MBE defines them).`,
  fashion200k: msg`A query's true items are its positive candidates in M-BEIR.`,
  custom: msg`A query's true items are those the imported table or the qrels name.`,
};
