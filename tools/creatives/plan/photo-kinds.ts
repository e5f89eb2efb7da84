import type { Kind } from "./kinds";
import { MATERIALS as M } from "./materials";
import { bilingual as w } from "./words";

const CLOTHES = { materials: [M.cotton], patterned: false, worn: true, price: [24, 99] as const };
const plainStyles: Kind["styles"] = [
  w("Classic", "经典"),
  w("Classic", "经典"),
  w("Classic", "经典"),
];

/** Kinds that exist only as cut-outs of photographs. */
export const PHOTO_KINDS: readonly Kind[] = [
  {
    id: "jacket",
    path: ["Fashion", "Clothing", "Jackets"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["waterproof", "lightweight", "comfort", "durable", "sale", "outdoor", "new"],
    scenes: ["mountains", "city"],
    props: ["umbrella", "map"],
  },
  {
    id: "hoodie",
    path: ["Fashion", "Clothing", "Hoodies"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["lightweight", "comfort", "eco", "sale", "outdoor", "gift", "new"],
    scenes: ["mountains", "city"],
    props: ["cup", "ball"],
  },
  {
    id: "tank",
    path: ["Fashion", "Clothing", "Tank tops"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["lightweight", "comfort", "eco", "sale", "summer", "new"],
    scenes: ["beach", "city"],
    props: ["water", "ball"],
  },
  {
    id: "pants",
    path: ["Fashion", "Clothing", "Pants"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["lightweight", "comfort", "durable", "sale", "outdoor", "work", "new"],
    scenes: ["mountains", "city"],
    props: ["water", "ball"],
  },
  {
    id: "shorts",
    path: ["Fashion", "Clothing", "Shorts"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["lightweight", "comfort", "eco", "sale", "outdoor", "summer", "new"],
    scenes: ["beach", "mountains"],
    props: ["water", "ball"],
  },
  {
    id: "bag",
    path: ["Fashion", "Bags", "Gym bags"],
    ...CLOTHES,
    styles: plainStyles,
    interests: ["waterproof", "lightweight", "durable", "sale", "outdoor", "work", "new"],
    scenes: ["mountains", "city"],
    props: ["map", "water"],
  },
  {
    id: "gym ball",
    path: ["Sports", "Fitness", "Gym balls"],
    ...CLOTHES,
    worn: false,
    styles: plainStyles,
    interests: ["lightweight", "comfort", "durable", "sale", "gift", "new"],
    scenes: ["room", "garden"],
    props: ["water", "cushion"],
  },
];
