import grammar from "../reasoning/grammar.json" with { type: "json" };

/** The two languages of everything the generator writes. */
export type Language = "en" | "zh";
export interface Words {
  readonly en: string;
  readonly zh: string;
}

type Section = keyof typeof grammar.lexicon;

/** Words of one entry of the lexicon, which lives in grammar.json so that Python reads the same. */
export function wordsOf(section: Section, id: string): Words {
  const entries: Readonly<Record<string, Words>> = grammar.lexicon[section];
  const found = entries[id];
  if (!found) throw new Error(`wordsOf: ${section} has no entry "${id}"; add it to grammar.json`);
  return found;
}

/** What a shopper may be after; each has queries, headlines and, for some, a scene. */
export interface Interest {
  readonly query: Words;
  readonly headlines: readonly Words[];
  readonly scene?: string;
  /** As an adjective in a title; only for interests that are properties of the product. */
  readonly adjective?: Words;
}

export function bilingual(en: string, zh: string): Words {
  return { en, zh };
}
const w = bilingual;

/** `{kind}` in a query stands for the product's word. */
export const INTERESTS: Readonly<Record<string, Interest>> = {
  waterproof: {
    query: w("waterproof {kind}", "防水{kind}"),
    headlines: [w("Fully waterproof", "全面防水"), w("Keeps water out", "滴水不进")],
    adjective: w("Waterproof", "防水"),
  },
  lightweight: {
    query: w("lightweight {kind}", "轻便{kind}"),
    headlines: [w("Light as air", "轻如空气"), w("Ultra light", "超轻设计")],
    adjective: w("Lightweight", "轻便"),
  },
  comfort: {
    query: w("comfortable {kind}", "舒适{kind}"),
    headlines: [w("All-day comfort", "整天舒适"), w("Soft and cosy", "柔软亲肤")],
    scene: "room",
    adjective: w("Comfortable", "舒适"),
  },
  eco: {
    query: w("eco-friendly {kind}", "环保{kind}"),
    headlines: [w("Kind to nature", "亲近自然"), w("Recycled materials", "环保材质")],
    scene: "garden",
    adjective: w("Eco-friendly", "环保"),
  },
  durable: {
    query: w("durable {kind}", "耐用{kind}"),
    headlines: [w("Built to last", "经久耐用"), w("Ten-year warranty", "十年质保")],
    adjective: w("Durable", "耐用"),
  },
  sale: {
    query: w("cheap {kind}", "便宜{kind}"),
    headlines: [w("Half price now", "限时半价"), w("50% off today", "今日五折")],
  },
  gift: {
    query: w("{kind} gift", "{kind}礼物"),
    headlines: [w("A perfect gift", "送礼首选"), w("Made for giving", "心意好礼")],
    scene: "party",
  },
  outdoor: {
    query: w("outdoor {kind}", "户外{kind}"),
    headlines: [w("Made for outdoors", "户外专用"), w("Ready for the trail", "山野同行")],
    scene: "mountains",
  },
  work: {
    query: w("office {kind}", "办公{kind}"),
    headlines: [w("Ready for work", "通勤必备"), w("Focus at your desk", "专注办公")],
    scene: "desk",
  },
  summer: {
    query: w("summer {kind}", "夏季{kind}"),
    headlines: [w("Summer is here", "夏日来袭"), w("Beach ready", "海边必备")],
    scene: "beach",
  },
  kids: {
    query: w("{kind} for kids", "儿童{kind}"),
    headlines: [w("Kids love it", "孩子最爱"), w("Safe for children", "儿童安心")],
  },
  new: {
    query: w("new {kind}", "新款{kind}"),
    headlines: [w("New season", "新季上市"), w("Fresh design", "全新设计")],
    scene: "city",
  },
};

export const INTEREST_IDS = Object.keys(INTERESTS);
/** Interests that name a property of the product itself and may stand in its title. */
export const FEATURE_IDS = INTEREST_IDS.filter((id) => INTERESTS[id]?.adjective);

export const CALLS_TO_ACTION: readonly Words[] = [
  w("Shop now", "立即购买"),
  w("Buy today", "马上抢购"),
  w("See more", "了解更多"),
];
export const BADGES: readonly Words[] = [
  w("NEW", "新品"),
  w("SALE", "特惠"),
  w("HOT", "热卖"),
  w("TOP", "优选"),
];
export const SMALL_PRINT: readonly Words[] = [
  w("Free returns for 30 days", "三十天免费退换"),
  w("Delivered in two days", "两日内送达"),
  w("Tested in our own lab", "自有实验室检测"),
  w("Over 10,000 happy buyers", "上万买家好评"),
  w("Choose from many colours", "多种颜色可选"),
  w("Carefully packed by hand", "手工细致包装"),
  w("Easy to clean and keep", "易清洁好打理"),
  w("Members get extra points", "会员额外积分"),
];

export const BRANDS = [
  "Aster",
  "Borel",
  "Calla",
  "Dorin",
  "Elmo",
  "Fjord",
  "Galen",
  "Hazel",
  "Ivo",
  "Juno",
  "Kestrel",
  "Lumen",
  "Marlo",
  "Nori",
  "Orsa",
  "Pavo",
  "Quill",
  "Rowan",
  "Sora",
  "Tansy",
  "Umber",
  "Vela",
  "Wren",
  "Yara",
] as const;
