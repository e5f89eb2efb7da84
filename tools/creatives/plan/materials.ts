import type { Finish } from "../draw/pen";
import { bilingual as w, type Words } from "./words";

export interface Material {
  readonly words: Words;
  readonly finish: Finish;
}

/** What products are made of; the finish decides how they take light. */
export const MATERIALS = {
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
