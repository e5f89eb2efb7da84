import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Direction } from "@/domain/benchmark/task";

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
