import type { ColourName } from "../draw/colour";
import type { Finish } from "../draw/pen";
import { drawBear, drawCar, drawHeadphones, drawSpeaker } from "../draw/products-play";
import {
  drawBottle,
  drawChair,
  drawKettle,
  drawLamp,
  drawLipstick,
  drawMug,
  drawPlant,
  drawSerum,
} from "../draw/products-home";
import {
  drawBackpack,
  drawBoot,
  drawCap,
  drawShirt,
  drawSneaker,
  drawSunglasses,
  drawTote,
  drawWatch,
  type Drawing,
} from "../draw/products-wear";
import type { Words } from "./words";

export interface Material {
  readonly words: Words;
  readonly finish: Finish;
}

/** One level-3 category: what it is called, how it is made and drawn, who wants it. */
export interface Kind {
  readonly id: string;
  readonly path: readonly [string, string, string];
  /** Names of the three drawn variants. */
  readonly styles: readonly [Words, Words, Words];
  readonly materials: readonly Material[];
  readonly patterned: boolean;
  readonly interests: readonly string[];
  /** Scenes and props that suit it. */
  readonly scenes: readonly string[];
  readonly props: readonly string[];
  /** A person shows it in use. */
  readonly worn: boolean;
  readonly price: readonly [number, number];
  /** Where it stands, as a share of its box below the middle. */
  readonly ground?: number;
  /** Colours it comes in; any when absent. */
  readonly colors?: readonly ColourName[];
  readonly draw?: Drawing;
}

const w = (en: string, zh: string): Words => ({ en, zh });
const M = {
  leather: { words: w("Leather", "皮革"), finish: "matte" },
  canvas: { words: w("Canvas", "帆布"), finish: "woven" },
  mesh: { words: w("Mesh", "网面"), finish: "woven" },
  cotton: { words: w("Cotton", "纯棉"), finish: "woven" },
  linen: { words: w("Linen", "亚麻"), finish: "matte" },
  silicone: { words: w("Silicone", "硅胶"), finish: "matte" },
  steel: { words: w("Steel", "不锈钢"), finish: "metal" },
  glass: { words: w("Glass", "玻璃"), finish: "glossy" },
  ceramic: { words: w("Ceramic", "陶瓷"), finish: "glossy" },
  clay: { words: w("Clay", "陶土"), finish: "matte" },
  wood: { words: w("Wood", "木质"), finish: "grained" },
  plastic: { words: w("Plastic", "塑料"), finish: "glossy" },
  plush: { words: w("Plush", "毛绒"), finish: "woven" },
  paper: { words: w("Paper", "纸艺"), finish: "matte" },
} as const satisfies Record<string, Material>;

/** The drawn kinds, in a fixed order: the order is part of what a seed means. */
export const KINDS: readonly Kind[] = [
  {
    id: "sneakers",
    ground: 0.34,
    path: ["Fashion", "Shoes", "Sneakers"],
    draw: drawSneaker,
    styles: [w("Low", "低帮"), w("High-top", "高帮"), w("Runner", "跑步")],
    materials: [M.mesh, M.leather, M.canvas],
    patterned: true,
    price: [39, 149],
    interests: [
      "waterproof",
      "lightweight",
      "comfort",
      "durable",
      "sale",
      "outdoor",
      "summer",
      "kids",
      "new",
    ],
    scenes: ["mountains", "city"],
    props: ["ball", "water"],
    worn: true,
  },
  {
    id: "boots",
    ground: 0.4,
    path: ["Fashion", "Shoes", "Boots"],
    draw: drawBoot,
    styles: [w("Ankle", "短筒"), w("Tall", "长筒"), w("Chelsea", "切尔西")],
    materials: [M.leather, M.canvas],
    patterned: false,
    price: [59, 199],
    interests: ["waterproof", "comfort", "durable", "sale", "outdoor", "work", "new"],
    scenes: ["mountains", "city"],
    props: ["umbrella", "map"],
    worn: true,
  },
  {
    id: "backpack",
    ground: 0.45,
    path: ["Fashion", "Bags", "Backpacks"],
    draw: drawBackpack,
    styles: [w("Daily", "日用"), w("Flap", "翻盖"), w("School", "书包式")],
    materials: [M.canvas, M.leather, M.mesh],
    patterned: true,
    price: [29, 129],
    interests: [
      "waterproof",
      "lightweight",
      "eco",
      "durable",
      "sale",
      "outdoor",
      "work",
      "kids",
      "new",
    ],
    scenes: ["mountains", "city"],
    props: ["map", "water", "books"],
    worn: true,
  },
  {
    id: "tote",
    ground: 0.43,
    path: ["Fashion", "Bags", "Tote bags"],
    draw: drawTote,
    styles: [w("Short-handle", "短柄"), w("Long-handle", "长柄"), w("Flap", "翻盖")],
    materials: [M.leather, M.canvas, M.linen],
    patterned: true,
    price: [25, 189],
    interests: ["lightweight", "eco", "durable", "sale", "gift", "work", "summer", "new"],
    scenes: ["city", "desk"],
    props: ["flowers", "hat"],
    worn: true,
  },
  {
    id: "tshirt",
    ground: 0.44,
    path: ["Fashion", "Clothing", "T-shirts"],
    draw: drawShirt,
    styles: [w("Crew-neck", "圆领"), w("Long-sleeve", "长袖"), w("Polo", "翻领")],
    materials: [M.cotton, M.linen],
    patterned: true,
    price: [12, 59],
    interests: ["lightweight", "comfort", "eco", "sale", "work", "summer", "kids", "new"],
    scenes: ["beach", "city"],
    props: ["hat", "ball"],
    worn: true,
  },
  {
    id: "cap",
    ground: 0.24,
    path: ["Fashion", "Accessories", "Caps"],
    draw: drawCap,
    styles: [w("Classic", "经典"), w("Two-tone", "拼色"), w("Banded", "镶边")],
    materials: [M.cotton, M.canvas],
    patterned: true,
    price: [9, 39],
    interests: ["waterproof", "lightweight", "eco", "sale", "outdoor", "summer", "kids", "new"],
    scenes: ["beach", "mountains"],
    props: ["ball", "water"],
    worn: true,
  },
  {
    id: "watch",
    ground: 0.47,
    path: ["Fashion", "Accessories", "Watches"],
    draw: drawWatch,
    styles: [w("Round", "圆形"), w("Square", "方形"), w("Dark-dial", "黑盘")],
    materials: [M.leather, M.silicone, M.steel],
    patterned: false,
    price: [49, 299],
    interests: ["waterproof", "lightweight", "durable", "sale", "gift", "work", "new"],
    scenes: ["desk", "party"],
    props: ["gift box", "books"],
    worn: true,
  },
  {
    id: "sunglasses",
    ground: 0.2,
    path: ["Fashion", "Accessories", "Sunglasses"],
    draw: drawSunglasses,
    styles: [w("Square", "方框"), w("Round", "圆框"), w("Half-round", "半圆")],
    materials: [M.plastic, M.steel],
    patterned: false,
    price: [15, 120],
    interests: ["lightweight", "comfort", "durable", "sale", "gift", "outdoor", "summer", "new"],
    scenes: ["beach", "city"],
    props: ["hat", "fruit"],
    worn: true,
  },
  {
    id: "mug",
    ground: 0.4,
    path: ["Home", "Kitchen", "Mugs"],
    draw: drawMug,
    styles: [w("Straight", "直筒"), w("Tapered", "收底"), w("Wide", "宽底")],
    materials: [M.ceramic, M.steel, M.glass],
    patterned: true,
    price: [8, 35],
    interests: ["lightweight", "eco", "durable", "sale", "gift", "outdoor", "work", "kids"],
    scenes: ["room", "desk"],
    props: ["books", "flowers"],
    worn: false,
  },
  {
    id: "kettle",
    ground: 0.39,
    path: ["Home", "Kitchen", "Kettles"],
    draw: drawKettle,
    styles: [w("Arch-handle", "提梁"), w("Side-handle", "侧柄"), w("Low", "矮款")],
    materials: [M.steel, M.ceramic],
    patterned: false,
    price: [25, 99],
    interests: ["lightweight", "eco", "durable", "sale", "gift", "outdoor", "work"],
    scenes: ["room", "garden"],
    props: ["cup", "fruit"],
    worn: false,
  },
  {
    id: "lamp",
    ground: 0.43,
    path: ["Home", "Lighting", "Table lamps"],
    draw: drawLamp,
    styles: [w("Slim", "细柱"), w("Ball-base", "圆座"), w("Tripod", "三脚")],
    materials: [M.linen, M.paper, M.cotton],
    patterned: true,
    price: [25, 149],
    interests: ["eco", "durable", "comfort", "sale", "gift", "work", "kids", "new"],
    scenes: ["room", "desk"],
    props: ["books", "cup"],
    worn: false,
  },
  {
    id: "chair",
    ground: 0.46,
    path: ["Home", "Furniture", "Chairs"],
    draw: drawChair,
    styles: [w("Padded", "软垫"), w("Slat-back", "条背"), w("Swivel", "转椅")],
    materials: [M.leather, M.linen, M.wood],
    patterned: false,
    price: [59, 349],
    interests: ["lightweight", "comfort", "eco", "durable", "sale", "work", "kids", "new"],
    scenes: ["room", "garden"],
    props: ["cushion", "books"],
    worn: false,
  },
  {
    id: "plant",
    ground: 0.45,
    path: ["Home", "Decor", "Potted plants"],
    draw: drawPlant,
    styles: [w("Leafy", "阔叶"), w("Spiky", "尖叶"), w("Flowering", "开花")],
    materials: [M.clay, M.ceramic],
    patterned: true,
    price: [12, 69],
    interests: ["eco", "durable", "sale", "gift", "work", "summer", "new"],
    scenes: ["room", "garden"],
    props: ["watering can", "books"],
    worn: false,
  },
  {
    id: "headphones",
    ground: 0.38,
    path: ["Electronics", "Audio", "Headphones"],
    draw: drawHeadphones,
    styles: [w("Oval", "椭圆"), w("Square-cup", "方形"), w("Studio", "监听")],
    materials: [M.plastic, M.leather],
    patterned: false,
    price: [39, 299],
    interests: ["waterproof", "lightweight", "comfort", "durable", "sale", "gift", "work", "new"],
    scenes: ["desk", "city"],
    props: ["phone", "cup"],
    worn: true,
  },
  {
    id: "speaker",
    ground: 0.44,
    path: ["Electronics", "Audio", "Speakers"],
    draw: drawSpeaker,
    styles: [w("Shelf", "书架"), w("Portable", "便携"), w("Arched", "拱形")],
    materials: [M.plastic, M.wood],
    patterned: false,
    price: [29, 249],
    interests: ["waterproof", "lightweight", "durable", "sale", "gift", "outdoor", "summer", "new"],
    scenes: ["party", "room"],
    props: ["phone", "fruit"],
    worn: false,
  },
  {
    id: "bottle",
    ground: 0.46,
    path: ["Sports", "Hydration", "Water bottles"],
    draw: drawBottle,
    styles: [w("Classic", "经典"), w("Loop", "提环"), w("Wide-cap", "大盖")],
    materials: [M.steel, M.plastic, M.glass],
    patterned: true,
    price: [12, 45],
    interests: ["lightweight", "eco", "durable", "sale", "outdoor", "work", "summer", "kids"],
    scenes: ["mountains", "beach"],
    props: ["ball", "fruit"],
    worn: false,
  },
  {
    id: "serum",
    ground: 0.43,
    path: ["Beauty", "Skincare", "Face creams"],
    draw: drawSerum,
    styles: [w("Dropper", "滴管"), w("Jar", "罐装"), w("Pump", "按压")],
    materials: [M.glass, M.plastic],
    patterned: false,
    price: [15, 89],
    interests: ["waterproof", "lightweight", "eco", "sale", "gift", "summer", "new"],
    scenes: ["garden", "party"],
    props: ["flowers", "fruit"],
    worn: false,
  },
  {
    id: "lipstick",
    ground: 0.45,
    path: ["Beauty", "Makeup", "Lipsticks"],
    draw: drawLipstick,
    colors: ["red", "pink", "orange", "purple", "brown"],
    styles: [w("Slim", "细管"), w("Black-tube", "黑管"), w("Round-tube", "圆管")],
    materials: [M.plastic, M.steel],
    patterned: false,
    price: [9, 45],
    interests: ["waterproof", "lightweight", "comfort", "sale", "gift", "summer", "new"],
    scenes: ["party", "city"],
    props: ["flowers", "gift box"],
    worn: false,
  },
  {
    id: "bear",
    ground: 0.45,
    path: ["Toys", "Soft toys", "Teddy bears"],
    draw: drawBear,
    styles: [w("Bow-tie", "领结"), w("Rabbit-ear", "兔耳"), w("Scarf", "围巾")],
    materials: [M.plush, M.cotton],
    patterned: true,
    price: [12, 59],
    interests: ["comfort", "eco", "durable", "sale", "gift", "kids", "new"],
    scenes: ["room", "party"],
    props: ["gift box", "cushion"],
    worn: false,
  },
  {
    id: "car",
    ground: 0.34,
    path: ["Toys", "Vehicles", "Toy cars"],
    draw: drawCar,
    styles: [w("Beetle", "甲壳"), w("Truck", "卡车"), w("Saloon", "轿车")],
    materials: [M.plastic, M.wood, M.steel],
    patterned: false,
    price: [9, 49],
    interests: ["lightweight", "eco", "durable", "sale", "gift", "kids", "new"],
    scenes: ["room", "garden"],
    props: ["ball", "gift box"],
    worn: false,
  },
];

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

const BY_ID = new Map([...KINDS, ...PHOTO_KINDS].map((kind) => [kind.id, kind]));

export function kindOf(id: string): Kind {
  const found = BY_ID.get(id);
  if (!found)
    throw new Error(`kindOf: no kind "${id}"; expected one of ${[...BY_ID.keys()].join(", ")}`);
  return found;
}

/** Level-3 categories kept out of training, to test on kinds never seen. */
export const UNSEEN_KINDS: readonly string[] = ["kettle", "sunglasses", "car"];
