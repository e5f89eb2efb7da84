const STYLED = [
  "fill",
  "stroke",
  "stroke-width",
  "paint-order",
  "font-size",
  "font-family",
  "font-weight",
] as const;

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 12;
const LINE = 16;

type Attributes = Readonly<Record<string, string | number>>;

function element(name: string, attributes: Attributes, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  made.textContent = text;
  return made;
}

/** The drawing alone, with computed colours written into each element. */
function copyOf(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = [...chart.querySelectorAll("*")];
  for (const [i, part] of [...copy.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(originals[i]!);
    for (const name of STYLED) part.setAttribute(name, style.getPropertyValue(name));
    part.removeAttribute("class");
  }
  copy.removeAttribute("class");
  return copy;
}

/** Heading and legend of the chart's panel, which are not part of the drawing. */
function headOf(chart: SVGSVGElement): SVGElement[] {
  const panel = chart.closest("section");
  const { color, fontFamily } = getComputedStyle(document.body);
  const font = { fill: color, "font-family": fontFamily };
  const title = panel?.querySelector("h2")?.textContent ?? "";
  const bold = { "font-size": 13, "font-weight": 600 };
  const head = [element("text", { x: MARGIN, y: MARGIN + 12, ...font, ...bold }, title)];
  for (const [i, entry] of [...(panel?.querySelectorAll("ul[data-legend] li") ?? [])].entries()) {
    const y = MARGIN + 12 + (i + 1) * LINE;
    const { fill } = getComputedStyle(entry.querySelector("circle")!);
    head.push(
      element("circle", { cx: MARGIN + 4, cy: y - 4, r: 4, fill }),
      element("text", { x: MARGIN + 14, y, "font-size": 11, ...font }, entry.textContent),
    );
  }
  return head;
}

/** The charts on the page as files of their own, each with its title and legend on the page's surface. */
export function chartSources(): string[] {
  return [...document.querySelectorAll<SVGSVGElement>("svg[data-export]")].map((chart) => {
    const [, , width, height] = chart.getAttribute("viewBox")!.split(" ").map(Number);
    const head = headOf(chart);
    const top = MARGIN + 8 + head.filter(({ tagName }) => tagName === "text").length * LINE;
    const size = { width: width! + 2 * MARGIN, height: top + height! + MARGIN };
    const fill = getComputedStyle(document.body).getPropertyValue("--p-surface");
    const copy = copyOf(chart);
    const place = { x: MARGIN, y: top, width: width!, height: height! };
    for (const [key, value] of Object.entries(place)) copy.setAttribute(key, `${value}`);
    const file = element("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
    file.append(element("rect", { ...size, fill }), ...head, copy);
    return new XMLSerializer().serializeToString(file);
  });
}

const SCALE = 3;

/** A chart as pixels. */
export async function toPng(source: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([source], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no PNG")) : resolve(blob))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
