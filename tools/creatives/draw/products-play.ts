import { darken, lighten } from "./colour";
import { Pen } from "./pen";
import type { Shape } from "./products-wear";

export function drawHeadphones(p: Pen, { v, r }: Shape): void {
  const top = 22 + r[0] * 12;
  p.stroke(`M38 116Q34 ${top} 100 ${top}Q166 ${top} 162 116`, darken(p.look.base, 0.15), 15);
  p.stroke(
    `M42 108Q40 ${top + 3} 100 ${top + 2}Q160 ${top + 3} 158 108`,
    lighten(p.look.base, 0.2),
    5,
  );
  p.stroke("M38 96L38 120M162 96L162 120", "#c3c8d0", 7);
  const cup = (x: number, side: number) => {
    p.fill(Pen.box(x - 13 + side * 14, 104, 26, 64, 12), "#2a2c33");
    p.body(v === 1 ? Pen.box(x - 18, 100, 36, 72, 10) : Pen.oval(x, 136, 21, 38));
    if (v === 2) p.ellipse(x - side * 2, 136, 9, 17, p.look.accent);
    else p.stroke(`M${x} 120L${x} 152`, p.look.accent, 5);
  };
  cup(36, 1);
  cup(164, -1);
}

export function drawSpeaker(p: Pen, { v, r }: Shape): void {
  if (v === 1) {
    p.body(`M28 80Q28 62 46 62L154 62Q172 62 172 80L172 138Q172 156 154 156L46 156Q28 156 28 138Z`);
    for (const x of [66, 134]) cone(p, x, 109, 30);
    p.ellipse(100, 109, 7, 7, p.look.accent);
    p.stroke("M60 62Q62 38 100 38Q138 38 140 62", darken(p.look.base, 0.4), 8);
    return;
  }
  const w = 86 + r[0] * 18;
  p.body(
    v === 2
      ? `M${100 - w / 2} 44Q100 14 ${100 + w / 2} 44L${100 + w / 2} 168Q100 198 ${100 - w / 2} 168Z`
      : Pen.box(100 - w / 2, 16, w, 170, 14),
  );
  cone(p, 100, 128, 34);
  cone(p, 100, 62, 19);
  p.ellipse(100, 92, 3.4, 3.4, p.look.accent);
}

function cone(p: Pen, x: number, y: number, radius: number): void {
  p.ellipse(x, y, radius, radius, p.look.accent);
  p.ellipse(x, y, radius * 0.86, radius * 0.86, "#26282f");
  const shine = p.ctx.createRadialGradient(x - radius / 3, y - radius / 3, 2, x, y, radius * 0.7);
  shine.addColorStop(0, "#6a6f7b");
  shine.addColorStop(1, "#1c1e24");
  p.ellipse(x, y, radius * 0.66, radius * 0.66, shine);
  p.ellipse(x, y, radius * 0.26, radius * 0.26, "#878d99");
}

export function drawBear(p: Pen, { v, r }: Shape): void {
  const belly = lighten(p.look.base, 0.42);
  for (const x of [62, 138]) {
    p.body(
      Pen.oval(x, v === 1 ? 26 : 40, v === 1 ? 11 : 19, v === 1 ? 34 : 19),
      p.look.base,
      false,
    );
    p.ellipse(x, v === 1 ? 28 : 42, v === 1 ? 5 : 11, v === 1 ? 22 : 11, belly);
  }
  p.body(Pen.oval(44, 130, 17, 26), darken(p.look.base, 0.08));
  p.body(Pen.oval(156, 130, 17, 26), darken(p.look.base, 0.08));
  p.body(Pen.oval(100, 140, 46 + r[0] * 6, 46));
  p.ellipse(100, 146, 27, 29, belly);
  for (const x of [64, 136]) {
    p.body(Pen.oval(x, 176, 22, 15), p.look.base, false);
    p.ellipse(x, 178, 12, 8, belly);
  }
  p.body(Pen.oval(100, 72, 48, 43), p.look.base, false);
  p.ellipse(100, 86, 22, 16, belly);
  for (const x of [82, 118]) {
    p.ellipse(x, 66, 5.4, 6.2, "#22202a");
    p.ellipse(x + 1.6, 64, 1.7, 1.7, "#ffffff");
  }
  p.ellipse(100, 80, 7, 5, "#3a2a2a");
  p.stroke("M100 85L100 90Q94 96 88 92M100 90Q106 96 112 92", "#3a2a2a", 2.2);
  if (v === 2) p.stroke("M62 106Q100 122 138 106M120 112L128 138", p.look.accent, 11);
  else p.fill("M100 112L76 100L78 124ZM100 112L124 100L122 124Z", p.look.accent);
}

export function drawCar(p: Pen, { v, r }: Shape): void {
  const roof = 66 - r[0] * 8;
  if (v === 1) {
    p.body(Pen.box(74, 54, 112, 80, 8));
    p.fill(Pen.box(74, 84, 112, 12, 0), p.look.accent);
    p.body(`M14 136Q14 98 34 94L46 66Q50 60 58 60L72 60L72 136Z`);
    p.fill("M40 94L50 70L66 70L66 94Z", "#bfe0f2");
    p.body("M12 126L188 126L188 142L12 142Z");
  } else {
    const cabin =
      v === 2
        ? `M54 100L70 ${roof}Q72 ${roof - 6} 82 ${roof - 6}L150 ${roof - 6}Q160 ${roof - 6} 164 100Z`
        : `M48 102Q62 ${roof} 100 ${roof - 6}Q138 ${roof} 154 102Z`;
    p.body(cabin);
    p.fill(`M66 98Q74 ${roof + 8} 96 ${roof + 5}L96 98Z`, "#c5e5f5");
    p.fill(`M104 98L104 ${roof + 5}Q130 ${roof + 8} 140 98Z`, "#c5e5f5");
    p.body("M12 122Q12 98 44 98L160 98Q190 100 190 128L188 142L14 142Z");
    p.ellipse(182, 114, 6, 7, "#ffeeb0");
    p.stroke("M28 120L176 120", p.look.accent, 6);
  }
  for (const x of [54, 146]) {
    p.ellipse(x, 144, 23, 23, "#2c2e35");
    p.ellipse(x, 144, 12, 12, lighten(p.look.accent, 0.25));
    p.ellipse(x, 144, 4.4, 4.4, "#5a5f6a");
  }
}
