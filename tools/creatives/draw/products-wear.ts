import { darken, lighten } from "./colour";
import { Pen } from "./pen";

/** Shape numbers of one product: `v` picks a variant, `r` bend its proportions (0–1). */
export interface Shape {
  readonly v: number;
  readonly r: readonly [number, number, number];
}

export type Drawing = (pen: Pen, shape: Shape) => void;

export function drawSneaker(p: Pen, { v, r }: Shape): void {
  const high = v === 1;
  const top = high ? 52 : 84;
  const toe = 112 + r[0] * 10;
  const sole = 12 + r[1] * 10;
  const upper = `M20 146Q12 118 22 ${top}Q42 ${top + 9} 62 ${top}L88 ${high ? 66 : 74}Q98 70 106 82Q124 104 150 ${toe}Q188 ${toe + 6} 188 148Z`;
  p.fill(`M24 ${top}Q42 ${top + 12} 62 ${top}Q44 ${top - 8} 24 ${top}Z`, darken(p.look.base, 0.55));
  p.body(upper);
  p.fill(
    `M150 ${toe}Q188 ${toe + 6} 188 148L156 148Q140 132 150 ${toe}Z`,
    lighten(p.look.base, 0.25),
  );
  p.fill(`M20 146Q12 118 22 ${top}L40 ${top + 5}Q34 116 46 147Z`, darken(p.look.base, 0.22));
  p.fill(
    `M84 ${high ? 70 : 78}Q94 66 104 80Q122 104 148 ${toe}L134 ${toe + 12}Q104 104 84 ${high ? 70 : 78}Z`,
    lighten(p.look.base, 0.5),
  );
  for (let i = 0; i < 4; i++) {
    const x = 92 + i * 13;
    const y = (high ? 80 : 84) + i * 8;
    p.stroke(`M${x - 7} ${y + 9}L${x + 8} ${y - 2}`, "#fdfdfb", 4);
  }
  if (v === 2) {
    p.stroke("M62 132L84 96M78 136L100 104M94 138L114 112", p.look.accent, 7);
  } else {
    p.fill("M52 128Q84 138 132 108Q100 146 64 144Q50 142 52 128Z", p.look.accent);
  }
  p.fill(
    `M16 144L188 146Q194 ${146 + sole} 178 ${148 + sole}L32 ${148 + sole}Q14 ${147 + sole} 16 144Z`,
    p.linear(
      [0, 144],
      [0, 150 + sole],
      [
        [0, "#ffffff"],
        [1, "#d5d6da"],
      ],
    ),
  );
  p.stroke(`M22 ${146 + sole * 0.62}L186 ${146 + sole * 0.62}`, p.look.accent, 2.4);
}

export function drawBoot(p: Pen, { v, r }: Shape): void {
  const shaft = v === 1 ? 28 : 48;
  const heel = v === 2 ? 18 : 9;
  p.fill(
    "M54 30Q84 20 112 30L112 44L54 44Z"
      .replace("30L112 44L54 44", `${shaft}L112 ${shaft + 10}L54 ${shaft + 10}`)
      .replace("M54 30Q84 20", `M54 ${shaft}Q84 ${shaft - 9}`),
    darken(p.look.base, 0.6),
  );
  p.body(
    `M52 ${shaft}Q84 ${shaft + 10} 114 ${shaft}L114 104Q120 118 150 124Q186 132 184 156L44 156Q50 100 52 ${shaft}Z`,
  );
  p.fill(`M148 124Q186 132 184 156L150 156Q138 140 148 124Z`, darken(p.look.base, 0.2));
  p.stroke(`M54 ${shaft + 12}Q84 ${shaft + 21} 113 ${shaft + 12}`, p.look.accent, 5);
  if (v !== 2) {
    for (let i = 0; i < 5; i++) {
      const y = shaft + 28 + i * (13 - r[0] * 2);
      if (y < 118) p.stroke(`M96 ${y}L118 ${y - 6}M98 ${y - 6}L116 ${y}`, p.look.accent, 3);
    }
  } else p.stroke(`M84 ${shaft + 14}L84 120`, darken(p.look.base, 0.45), 3);
  p.fill(
    `M42 154L186 154Q190 ${164} 182 166L100 166L98 ${164 + heel}L46 ${164 + heel}Q40 160 42 154Z`,
    "#3a2d27",
  );
  p.stroke("M46 158L182 158", "#d8b98a", 1.8);
}

export function drawBackpack(p: Pen, { v, r }: Shape): void {
  const w = 88 + r[0] * 22;
  const x = 100 - w / 2;
  p.stroke(`M${x + 10} 70Q${x - 22} 110 ${x + 4} 168`, darken(p.look.base, 0.45), 11);
  p.stroke(`M${x + w - 10} 70Q${x + w + 22} 110 ${x + w - 4} 168`, darken(p.look.base, 0.45), 11);
  p.stroke("M82 34Q84 14 100 14Q116 14 118 34", darken(p.look.base, 0.4), 8);
  p.body(
    `M${x} 78Q${x} 28 100 28Q${x + w} 28 ${x + w} 78L${x + w + 2} 168Q${x + w} 186 ${x + w - 18} 186L${x + 18} 186Q${x} 186 ${x - 2} 168Z`,
  );
  p.stroke(
    `M${x + 8} 82Q${x + 10} 42 100 42Q${x + w - 10} 42 ${x + w - 8} 82`,
    darken(p.look.base, 0.4),
    2.6,
  );
  if (v === 1) {
    p.fill(
      `M${x - 1} 84Q100 118 ${x + w + 1} 84L${x + w - 3} 62Q100 20 ${x + 3} 62Z`,
      darken(p.look.base, 0.16),
    );
    p.fill(Pen.box(92, 84, 16, 34, 4), p.look.accent);
    p.fill(Pen.box(95, 102, 10, 9, 2), "#e8d9a8");
  }
  const pocket = Pen.box(x + 12, 122, w - 24, 52, 12);
  p.fill(pocket, darken(p.look.base, 0.17));
  p.stroke(`M${x + 18} 136L${x + w - 18} 136`, p.look.accent, 4);
  p.fill(Pen.box(x + w - 30, 134, 6, 16, 3), p.look.accent);
  if (v === 2) p.fill(Pen.box(84, 74, 32, 20, 6), p.look.accent);
}

export function drawTote(p: Pen, { v, r }: Shape): void {
  const flare = 8 + r[0] * 12;
  const top = 82;
  const handle = v === 1 ? 40 : 22;
  p.stroke(
    `M66 ${top + 6}Q66 ${handle} 100 ${handle}Q134 ${handle} 134 ${top + 6}`,
    darken(p.look.accent, 0.1),
    7,
  );
  p.body(
    `M${38 + flare / 2} ${top}L${162 - flare / 2} ${top}L${168 + flare / 2} 170Q168 184 154 184L46 184Q32 184 ${32 - flare / 2} 170Z`,
  );
  p.fill(
    `M${38 + flare / 2} ${top}L${162 - flare / 2} ${top}L164 ${top + 14}L36 ${top + 14}Z`,
    darken(p.look.base, 0.25),
  );
  if (v === 2) {
    p.fill(
      `M34 ${top + 2}L166 ${top + 2}Q168 132 100 138Q32 132 34 ${top + 2}Z`,
      darken(p.look.base, 0.14),
    );
    p.ellipse(100, 132, 8, 8, "#e7c871");
  } else {
    p.ellipse(66, top + 8, 5, 5, "#e7c871");
    p.ellipse(134, top + 8, 5, 5, "#e7c871");
    p.fill(Pen.box(84, 132, 32, 18, 4), p.look.accent);
  }
}

export function drawShirt(p: Pen, { v, r }: Shape): void {
  const sleeve = v === 1 ? 150 : 92;
  const hem = 174 + r[0] * 10;
  if (v === 1) {
    p.body(`M52 42L20 ${sleeve - 10}L38 ${sleeve + 6}L70 90Z`);
    p.body(`M148 42L180 ${sleeve - 10}L162 ${sleeve + 6}L130 90Z`);
  } else {
    p.body(`M56 38L16 80L38 ${sleeve + 10}L66 88Z`);
    p.body(`M144 38L184 80L162 ${sleeve + 10}L134 88Z`);
  }
  p.body(`M72 28Q100 48 128 28L148 38Q140 80 144 ${hem}Q100 ${hem + 8} 56 ${hem}Q60 80 52 38Z`);
  p.fill("M72 28Q100 48 128 28Q124 56 100 58Q76 56 72 28Z", darken(p.look.base, 0.45));
  p.stroke("M70 29Q76 58 100 60Q124 58 130 29", lighten(p.look.base, 0.3), 4);
  if (v === 2) {
    p.fill("M100 60L94 100L100 108L106 100Z", darken(p.look.base, 0.3));
    p.fill("M72 28L94 62L80 66L64 32Z", lighten(p.look.base, 0.3));
    p.fill("M128 28L106 62L120 66L136 32Z", lighten(p.look.base, 0.3));
  } else p.fill(Pen.box(114, 78, 20, 20, 4), p.look.accent);
  p.stroke(`M58 ${hem - 6}Q100 ${hem + 2} 142 ${hem - 6}`, darken(p.look.base, 0.25), 1.6);
}

export function drawCap(p: Pen, { v, r }: Shape): void {
  const dome = 58 - r[0] * 12;
  p.body(`M36 126Q32 ${dome} 96 ${dome}Q154 ${dome} 154 126Q96 142 36 126Z`);
  p.stroke(`M96 ${dome}Q74 92 72 132M96 ${dome}Q124 92 124 132`, darken(p.look.base, 0.3), 1.8);
  p.ellipse(96, dome, 7, 4, p.look.accent);
  if (v === 2) p.stroke("M36 122Q96 138 154 122", p.look.accent, 7);
  else p.fill("M84 88L112 88L116 112L82 112Z", p.look.accent);
  p.fill(
    "M100 130Q152 122 154 118Q196 128 192 142Q150 152 100 140Z",
    darken(p.look.base, v === 1 ? 0.5 : 0.24),
  );
  p.stroke("M112 138Q160 142 190 138", lighten(p.look.base, 0.15), 1.6);
}

export function drawWatch(p: Pen, { v, r }: Shape): void {
  const w = 30 + r[0] * 8;
  const strap = `M${100 - w} 60L${100 - w + 8} 12Q100 4 ${100 + w - 8} 12L${100 + w} 60Z`;
  p.body(strap);
  p.body(`M${100 - w} 140L${100 - w + 8} 188Q100 196 ${100 + w - 8} 188L${100 + w} 140Z`);
  for (let i = 0; i < 3; i++) p.ellipse(100, 160 + i * 9, 2.2, 2.2, darken(p.look.base, 0.6));
  const metal = p.linear(
    [56, 50],
    [144, 150],
    [
      [0, "#f5f6f8"],
      [0.5, "#a9afb9"],
      [1, "#e8eaee"],
    ],
  );
  p.fill(Pen.box(148, 94, 10, 12, 3), "#a9afb9");
  const square = v === 1;
  if (square) p.fill(Pen.box(52, 52, 96, 96, 22), metal);
  else p.ellipse(100, 100, 52, 52, metal);
  const face = v === 2 ? "#20242e" : "#fbfaf6";
  if (square) p.fill(Pen.box(61, 61, 78, 78, 15), face);
  else p.ellipse(100, 100, 43, 43, face);
  for (let i = 0; i < 12; i++) {
    const a = (i * Math.PI) / 6;
    const s = Math.sin(a);
    const c = -Math.cos(a);
    p.stroke(
      `M${100 + s * 35} ${100 + c * 35}L${100 + s * 39} ${100 + c * 39}`,
      p.look.base,
      i % 3 === 0 ? 4.4 : 2,
    );
  }
  const hand = v === 2 ? "#f4f4f4" : "#2b2e38";
  p.stroke("M100 100L100 72", hand, 4.4);
  p.stroke("M100 100L122 110", hand, 3.4);
  p.stroke("M100 106L88 70", p.look.accent, 1.6);
  p.ellipse(100, 100, 4, 4, p.look.accent);
}

export function drawSunglasses(p: Pen, { v, r }: Shape): void {
  const h = 26 + r[0] * 8;
  const lens = (x: number) =>
    v === 1
      ? Pen.oval(x, 104, 34, 34)
      : v === 2
        ? `M${x - 38} 76L${x + 38} 76Q${x + 40} ${104 + h} ${x} ${106 + h}Q${x - 40} ${104 + h} ${x - 38} 76Z`
        : Pen.box(x - 38, 76, 76, 2 * h, 18);
  p.stroke("M20 86L8 74M180 86L192 74", darken(p.look.base, 0.2), 9);
  p.stroke("M84 90Q100 78 116 90", p.look.base, 8);
  for (const x of [54, 146]) {
    p.fill(
      lens(x),
      p.linear(
        [x - 30, 70],
        [x + 30, 140],
        [
          [0, "#4a5161"],
          [0.55, "#232733"],
          [1, darken(p.look.accent, 0.3)],
        ],
      ),
    );
    p.stroke(lens(x), p.look.base, 8);
    p.stroke(`M${x - 22} 112L${x - 2} 88M${x - 10} 118L${x + 4} 101`, "rgba(255,255,255,0.45)", 4);
  }
}
