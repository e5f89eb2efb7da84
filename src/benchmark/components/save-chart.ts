const STYLED = ["fill", "stroke", "stroke-width", "font-size", "font-family"] as const;

/** The charts on the page as files of their own: computed colours are written into each element. */
export function chartSources(): string[] {
  return [...document.querySelectorAll<SVGSVGElement>("svg[data-export]")].map((chart) => {
    const copy = chart.cloneNode(true) as SVGSVGElement;
    const originals = [...chart.querySelectorAll("*")];
    for (const [i, element] of [...copy.querySelectorAll("*")].entries()) {
      const style = getComputedStyle(originals[i]!);
      for (const name of STYLED) element.setAttribute(name, style.getPropertyValue(name));
      element.removeAttribute("class");
    }
    const [, , width, height] = chart.getAttribute("viewBox")!.split(" ");
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", width!);
    copy.setAttribute("height", height!);
    copy.removeAttribute("class");
    return new XMLSerializer().serializeToString(copy);
  });
}

const SCALE = 3;

/** A chart as pixels on the page's surface colour. */
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
    context.fillStyle = getComputedStyle(document.body).getPropertyValue("--p-surface");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no PNG")) : resolve(blob))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
